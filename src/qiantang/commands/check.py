"""`qiantang check`: all faults of a study with file and line, then what must hold in any run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.model.checks import CheckResult

#: Exit code where anything is wrong.
_FAULTY = 1


def _say(result: CheckResult) -> None:
    """Print a check that failed, as faults are printed."""
    from qiantang.wording.told import said

    lang = options.language()
    parts = (
        "model/checks.yaml",
        result.id,
        said(result.statement, lang),
        said(result.detail, lang),
    )
    click.echo(options.sentence("colon").join(parts))


@click.command()
@click.option("--quick", is_flag=True, help="Read the files only; run nothing.")
@options.fit_option
@options.study_option
@options.json_option
@click.pass_context
def check(
    context: click.Context, quick: bool, fit: str | None, folder: Path | None, as_json: bool
) -> None:
    """Check model, units, evidence, priors, scenarios, articles and the reality checks.

    Prints every fault as file:line and exits with 1 if there is any.
    """
    from qiantang.checking import reality_checks, study_faults
    from qiantang.session import open_study
    from qiantang.wording.refusals import told

    study = open_study(folder, fit=fit)
    faults = study_faults(study)
    results = [] if quick or faults else reality_checks(study)
    failed = [result for result in results if not result.passed]
    if as_json:
        options.print_json(
            {
                "faults": [str(fault) for fault in faults],
                "checks": [
                    {"id": r.id, "statement": r.statement, "passed": r.passed, "detail": r.detail}
                    for r in results
                ],
            }
        )
    else:
        for fault in faults:
            click.echo(told(fault, options.language()))
        for result in failed:
            _say(result)
        if faults:
            one = "check.fault" if len(faults) == 1 else "check.faults"
            options.say(one, faults=len(faults))
        else:
            options.say(
                "check.sound", variables=len(study.dictionary), series=len(study.evidence.series),
                drivers=len(study.drivers.names), scenarios=len(study.scenario_names()),
                checks=len(results), failed=len(failed),
            )  # fmt: skip
    context.exit(_FAULTY if faults or failed else 0)
