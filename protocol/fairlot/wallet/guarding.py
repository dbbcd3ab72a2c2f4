"""How whoever holds a leaf guards it (specs/wallet.md, section 12)."""

from fairlot.entry import Entry
from fairlot.identity.acts import Contest, Freeze, Guardian, check_holder, make_act
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Change, LeafLife
from fairlot.wallet.looking import Looked
from fairlot.wallet.renewing import identity_of
from fairlot_crypto.keys import SigningKey


def change_of(looked: Looked) -> Change | None:
    """Return what is under way with this wallet's leaf and is not its own doing (step 57).

    Args:
        looked: at the log of the registry.
    """
    # Step 57.
    registry_id = looked.registry.registry_id
    known = looked.content.membership(registry_id).identity
    if known is None:
        return None
    holder = holder_hash(looked.content.holder(registry_id).signing.public)
    life = looked.registry.lives[known.leaf.index]
    return life.change if life.holder == holder else None


def contest(looked: Looked, now: int) -> Entry:
    """Object to a recovery or a closing of this wallet's leaf (steps 58 and 59).

    Args:
        looked: at the log of the registry.
        now: the wallet's clock, Unix seconds.

    Raises:
        InputError: ``wallet.moved``, ``wallet.no-leaf``.
        Rejection: ``life.key``, ``life.status``, ``life.again``, ``life.late``.
    """
    index, life, key = _held(looked)
    # Step 59.
    life.contest(looked.registry.registry.disputes, now)
    act = Contest(index, life.version, life.attempt)
    return make_act(looked.registry.registry_id, act, key)


def freeze(looked: Looked, now: int) -> Entry:
    """Stop credentials of this wallet's leaf for a while (steps 58 and 60).

    Args:
        looked: at the log of the registry.
        now: the wallet's clock, Unix seconds.

    Raises:
        InputError: ``wallet.moved``, ``wallet.no-leaf``.
        Rejection: ``life.key``, ``life.status``, ``life.again``.
    """
    index, life, key = _held(looked)
    # Step 60.
    life.freeze(looked.registry.registry.recovery, key.public, now)
    act = Freeze(index, life.version, Guardian.HOLDER)
    return make_act(looked.registry.registry_id, act, key)


def _held(looked: Looked) -> tuple[int, LeafLife, SigningKey]:
    """Return the wallet's leaf, which it holds, and the key that does (step 58)."""
    # Step 58.
    looked.content.check_signs()
    registry_id = looked.registry.registry_id
    identity = identity_of(looked.content.membership(registry_id))
    index, key = identity.leaf.index, looked.content.holder(registry_id).signing
    life = looked.registry.lives[index]
    check_holder(key.public, life.holder)
    return index, life, key
