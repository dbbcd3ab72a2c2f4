"""What a registry that continues another one keeps of it (specs/life.md, section 7)."""

from fairlot.errors import Rejection
from fairlot.identity.registry import Registry
from fairlot_crypto.curve import Backend


def check_tags_stay(curve: Backend, before: Registry, after: Registry) -> None:
    """Check that people keep their tags, where they are told apart as before (step 21).

    Args:
        curve: the back-end.
        before: the registry that the other one continues; its shares were checked.
        after: the one that names it; likewise.

    Raises:
        Rejection: ``registry.tags`` for another key of tags: everybody could come again.
    """
    # Step 21.
    if before.uniqueness.source != after.uniqueness.source:
        return
    keys = {each.tag_shares(curve).public_key().to_bytes() for each in (before, after)}
    if len(keys) != 1:
        problem = "people are told apart as in the registry before, by another key"
        raise Rejection("registry.tags", f"{problem}: everybody could come again")
