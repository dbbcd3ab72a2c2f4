"""Whether a kept registry can serve a sale (specs/rehearsal.md, section 5, steps 4 to 6)."""

from collections.abc import Sequence

from fairlot.errors import InputError
from fairlot.identity.registry import Registry
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import disclosed
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.parts import TIMES, attested
from fairlot.same_name import compared_name
from fairlot.text import shown


def check_returning(
    earlier: Earlier, file: TermsFile, people: Sequence[Person]
) -> None:
    """Check that a registry can serve these people and terms.

    Raises:
        InputError: ``registry-dir.season``, ``registry-dir.issuers``,
            ``registry-dir.schema``, ``registry-dir.attributes``, ``registry-dir.closed``.
    """
    registry = earlier.state.registry
    # Step 4.
    _check_season(earlier, registry)
    named = len(registry.issuers), registry.threshold
    if (file.issuers, file.threshold) != named:
        problem = f"the registry has n = {named[0]} and t = {named[1]}"
        remedy = "write these in [issuers], or leave --registry out"
        raise InputError("registry-dir.issuers", f"{problem}: {remedy}")
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


def _check_season(earlier: Earlier, registry: Registry) -> None:
    times = earlier.times(TIMES)
    in_tail = times.unlock + registry.settles_after <= registry.closes
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
    rules = (rule for pool in file.pools for rule in pool.rules)
    asked = [(rule.attribute, value) for rule in rules for value in rule.values]
    asked += [(n, v) for person in people for n, v in disclosed(person) if v]
    for name, value in asked:
        if value not in has.get(name, ()):
            problem = f"the registry knows no {shown(name)} with value {shown(value)}"
            remedy = "leave it out, or leave --registry out for a new registry"
            raise InputError("registry-dir.schema", f"{problem}: {remedy}")
