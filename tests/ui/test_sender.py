"""Who sends a request, behind proxies of ours and in spite of headers that anybody can write."""

import pytest

from crm_app.ui.public.sender import forwarded_address

PEER = "10.0.0.9"


@pytest.mark.parametrize(
    ("forwarded", "hops", "address"),
    [
        ([], 0, PEER),
        (["198.51.100.1"], 0, PEER),
        ([], 1, PEER),
        (["198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6, 198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6", "198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6, 198.51.100.1, 10.0.0.8"], 2, "198.51.100.1"),
        (["198.51.100.1"], 2, PEER),
        (["198.51.100.1:4711"], 1, "198.51.100.1"),
        (["[2001:db8::1]:4711"], 1, "2001:db8::1"),
        (["2001:DB8::1"], 1, "2001:db8::1"),
        (["unknown"], 1, PEER),
        (["<script>"], 1, PEER),
    ],
)
def test_usr2_only_our_own_proxies_are_believed(
    forwarded: list[str], hops: int, address: str
) -> None:
    assert forwarded_address(PEER, forwarded, hops=hops) == address
