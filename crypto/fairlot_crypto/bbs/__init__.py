"""BBS signatures, blind signatures and pseudonyms, and fairlot's profile of them.

Read the modules as the sections of specs/bbs.md stand: octets, ciphersuite, generators,
signature, proof, commitment, blind, pseudonym, profile; then hints, combination and batch as
those of specs/batch.md. The protocol calls only ``profile``, ``winner``, ``hints``, ``batch``;
the layers below it follow the drafts in full, so that their published vectors apply.
This is reference code: nothing here is constant-time.
"""
