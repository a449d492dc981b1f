"""SYN-1: which addresses a typed URL may lead to."""

from ipaddress import ip_address

import pytest

from crm_app.providers.addresses import Allowance, is_public, parse, refused

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192",
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "192.88.99.1",
    "::", "::1", "::127.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:c0a8:101::1", "2002:808:808::1", "2001:0:1::1", "fec0::1", "100::1",
    "3fff::1", "5f00::1", "fe80::5efe:a00:1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "93.184.216.34", "17.248.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1",
    "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_syn1_inside_addresses_are_refused(text: str) -> None:
    assert not is_public(ip_address(text))
    assert refused("cal.example", [parse("8.8.8.8"), parse(text)], Allowance.of([]))


@pytest.mark.parametrize("text", PUBLIC)
def test_syn1_public_addresses_pass(text: str) -> None:
    assert is_public(ip_address(text))
    assert not refused("cal.example", [parse(text)], Allowance.of([]))


def test_syn1_scope_ids_do_not_hide_an_address() -> None:
    assert not is_public(parse("fe80::1%eth0"))


@pytest.mark.parametrize(
    ("entry", "host", "address", "opened"),
    [
        ("127.0.0.1", "x", "127.0.0.1", True),
        ("127.0.0.0/8", "x", "127.1.2.3", True),
        ("10.1.2.3/8", "x", "10.9.9.9", True),
        ("127.0.0.0/8", "x", "10.0.0.1", False),
        ("127.0.0.0/8", "x", "::ffff:127.0.0.1", True),
        ("[::1]", "x", "::1", True),
        ("::1", "x", "127.0.0.1", False),
        ("NAS.local.", "nas.local", "192.168.1.9", True),
        ("nas.local", "other.local", "192.168.1.9", False),
        ("nas.local", "evil.nas.local", "192.168.1.9", False),
        (" ", "", "127.0.0.1", False),
    ],
)
def test_syn1_an_administrator_can_open_hosts_and_networks(
    entry: str, host: str, address: str, opened: bool
) -> None:
    assert Allowance.of([entry]).covers(host, parse(address)) is opened
