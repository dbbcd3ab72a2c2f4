"""``fairlot issuer provider``: pin the provider's keys (specs/issuer.md, section 8.9)."""

import argparse
from pathlib import Path

from fairlot.cli.command import Command, chosen_curve, whole
from fairlot.cli.issuer.answering import add_mail, read_parts, show_parts, told_step
from fairlot.cli.issuer.folder import IssuerFolder, read_as
from fairlot.cli.issuer.making import check_without
from fairlot.cli.issuer.registry_folder import serving
from fairlot.cli.issuer.serving import add_folder, examples, read_registry_file
from fairlot.cli.output import complain
from fairlot.cli.provider_site import ProviderSite, fetched
from fairlot.entry import EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.jwks import KeySet, read_jwks
from fairlot.identity.pinning import pinned_body
from fairlot.identity.registry import Registry
from fairlot.issuing.pinning import pin_keys
from fairlot.terms.times import MAX_TIME
from fairlot.text import shown


def _configure(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    what = "the registry, by fairlot registry new, whose log you follow"
    parser.add_argument(
        "--registry", metavar="FILE", type=Path, required=True, help=what
    )
    parser.add_argument(
        "--jwks",
        metavar="FILE",
        type=Path,
        help="the keys, as you have fetched them (default: they are fetched now)",
    )
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )
    add_mail(parser)


def _provider(arguments: argparse.Namespace) -> int:
    registry = read_as(arguments.registry, read_registry_file)
    published = _published(registry, arguments.jwks)
    for kid in published.passed_over:
        complain(f"the key {shown(kid)} is passed over: it verifies no token here")
    issuer, scope = IssuerFolder(arguments.folder), registry.registry_id
    with serving(chosen_curve(), issuer, scope, arguments.time) as desk:
        parts, ignored = read_parts(arguments.mail)
        desk.view.check_current(desk.now)
        check_without(arguments.without, len(registry.issuers))
        own = desk.index, desk.key
        made = pin_keys(desk.view, published.usable, *own, parts, arguments.without)
        entry = None
        if made.complete:
            body = pinned_body(made.pinned, made.signed)
            entry = sign_entry(EntryType.PROVIDER, scope, body, desk.key)
        names = show_parts(
            arguments.mail, desk, made.part.request, (made.part,), "provider", entry
        )
        return told_step(arguments, desk, "provider", made.waiting, names, ignored, ())


def _published(registry: Registry, file: Path | None) -> KeySet:
    provider = registry.uniqueness.provider
    if provider is None:
        problem = "the registry does not tell people apart by accounts"
        raise Rejection("provider.registry", f"{problem}: it pins no keys")
    if file is not None:
        return read_as(file, read_jwks)
    return read_jwks(fetched(ProviderSite.discover(provider).endpoint("jwks_uri")))


PROVIDER = Command(
    "provider",
    "Pin the keys with which the provider of accounts signs; again when they change.",
    examples(
        "provider me --registry registry.cbor --mail keys",
        "provider me --registry registry.cbor --jwks jwks.json --mail keys",
    ),
    _configure,
    _provider,
)
