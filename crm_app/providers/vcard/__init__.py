"""vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), with Apple's additions: read, change, write.

A card is kept as the lines that it came in. A change replaces just the lines that it is about, so
all others stay as they are to the byte, known or not. Lines and values are read with vobject; taken
as a whole object and written again by it, a card would lose what 2.1 writes without a name, get a
new order, and have the values of unknown lines escaped twice.

``lines`` cuts a card in lines, ``properties`` reads and writes one of them, ``labels`` knows what
home and work are called, ``names``, ``details`` and ``postal`` hold what a card says, ``reading``
and ``amending`` do all of a card, ``files`` whole files.
"""
