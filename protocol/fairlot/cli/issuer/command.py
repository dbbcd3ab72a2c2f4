"""``fairlot issuer``: the steps of one issuer, on a machine of its own."""

from fairlot.cli.command import action_of_steps
from fairlot.cli.issuer import answering, erasing, making, many, pinning, serving

STEPS = (
    making.INIT,
    making.PLAN,
    making.DEAL,
    making.RESHARE,
    serving.REGISTRY,
    serving.FOLLOW,
    serving.TAG,
    serving.ROLL,
    pinning.PROVIDER,
    answering.ENROL,
    answering.ISSUE,
    answering.RECOVER,
    many.ANSWER,
    making.CONVICT,
    erasing.ERASE,
)

_EXAMPLES = """\
Issuers share nothing but letters, which are files. Each has a folder that nobody else reads,
and repeats a step until it is done: a step that was killed goes on where it stopped.

Exit code: 0 if done, 1 if the committee cannot go on or nothing is shown, 2 if a file or the
usage was refused.

Examples:
  fairlot issuer init me
  fairlot issuer plan card-1 card-2 card-3 card-4 --threshold 1 --season 1 --out plan
  fairlot issuer deal me --plan plan --letters mail
  fairlot issuer reshare card-1 card-2 card-3 card-5 --former plan \\
    --committee committee --threshold 1 --season 2 --out plan-2
  fairlot issuer follow me registry.log --plan plan
  fairlot issuer tag me tags.request --out tags.answer
  fairlot issuer provider me --registry registry.cbor --mail keys
  fairlot issuer enrol me ann.request --mail ann
  fairlot issuer issue me credentials.request --out credentials.answer
  fairlot issuer recover me ann.request --mail ann
  fairlot issuer answer me requests --out answers
  fairlot issuer convict signing-3-share.evidence
  fairlot issuer erase me --plan plan --season 1
"""


ACTION = action_of_steps(_EXAMPLES, STEPS)
