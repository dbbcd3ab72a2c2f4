"""Whether a kept registry can serve a sale (specs/rehearsal.md, section 5, steps 4 to 6)."""

from collections.abc import Sequence

from fairlot.errors import InputError
from fairlot.identity.registry import Registry
from fairlot.inputs.durations import show_duration
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import disclosed
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.parts import attested, sale_times
from fairlot.rehearsal.timing import latest_unlock
from fairlot.same_name import compared_name
from fairlot.text import shown


def check_returning(
    earlier: Earlier, file: TermsFile, people: Sequence[Person]
) -> None:
    """Check that a registry can serve these people and terms.

    Raises:
        InputError: ``registry-dir.season``, ``registry-dir.issuers``,
            ``registry-dir.times``, ``registry-dir.schema``, ``registry-dir.attributes``,
            ``registry-dir.closed``.
    """
    registry = earlier.state.registry
    # Step 4.
    _check_season(earlier, file, registry)
    named = len(registry.issuers), registry.threshold
    if (file.issuers, file.threshold) != named:
        problem = f"the registry has n = {named[0]} and t = {named[1]}"
        remedy = "write these in [issuers], or leave --registry out"
        raise InputError("registry-dir.issuers", f"{problem}: {remedy}")
    _check_times(file, registry)
    # Step 5.
    _check_schema(registry, file, people)
    # Step 6.
    known = earlier.registered()
    left = {compared_name(each.name) for each in earlier.left()}
    for person in people:
        before = known.get(compared_name(person.name))
        if before is not None and before.attributes != attested(registry, person):
            who = f"{shown(person.name)} was registered with other attributes"
            remedy = "give those of the earlier list, or leave --registry out"
            raise InputError("registry-dir.attributes", f"{who}: {remedy}")
    for person in people:
        if compared_name(person.name) in left:
            who = f"{shown(person.name)} has left the registry for its season"
            remedy = "take them off the list, or leave --registry out"
            raise InputError("registry-dir.closed", f"{who}: {remedy}")


def _check_times(file: TermsFile, registry: Registry) -> None:
    """Check that the file says of the registry what it is."""
    times, recovery = file.times, registry.recovery
    pairs = (
        ("[times] epoch", times.epoch, registry.epoch),
        ("[times] season", times.season, registry.ends - registry.starts),
        ("[times] tail", times.tail, registry.tail),
        ("[times] detection", times.detection, recovery.detection),
        ("[issuers] cooling", times.cooling, recovery.cooling),
    )
    for name, written, has in pairs:
        if written != has:
            remedy = f'write "{show_duration(has)}", or leave --registry out'
            problem = f"{name} of the registry is another: {remedy}"
            raise InputError("registry-dir.times", problem)
    if file.attesters != recovery.quorum:
        remedy = f"write {recovery.quorum}, or leave --registry out"
        problem = f"[issuers] q_recover of the registry is another: {remedy}"
        raise InputError("registry-dir.issuers", problem)


def _check_season(earlier: Earlier, file: TermsFile, registry: Registry) -> None:
    times = sale_times(file, earlier)
    in_tail = times.unlock <= latest_unlock(registry)
    if not (times.close < registry.ends and in_tail):
        problem = f"the registry's season ends at {registry.ends}, before another sale"
        raise InputError(
            "registry-dir.season", f"{problem}: leave --registry out for a new one"
        )


def _check_schema(
    registry: Registry, file: TermsFile, people: Sequence[Person]
) -> None:
    """Check that the schema has every attribute and every value that is asked for."""
    has = {attribute.name: attribute.values for attribute in registry.attributes}
    listed = [pair for pool in file.pools for pair in pool.listed]
    asked = [(name, value) for name, values in listed for value in values]
    asked += [(n, v) for person in people for n, v in disclosed(person) if v]
    for name, value in asked:
        if value not in has.get(name, ()):
            problem = f"the registry knows no {shown(name)} with value {shown(value)}"
            remedy = "leave it out, or leave --registry out for a new registry"
            raise InputError("registry-dir.schema", f"{problem}: {remedy}")
