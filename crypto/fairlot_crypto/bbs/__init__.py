"""BBS signatures, blind signatures and pseudonyms, and fairlot's profile of them.

Reading order, one chapter of specs/bbs.md each: octets, ciphersuite, generators,
signature, proof, commitment, blind, pseudonym, profile. The protocol calls only
``profile``; the layers below it follow the drafts in full, so that their published
vectors apply.
Reference code: nothing here is constant-time.
"""
