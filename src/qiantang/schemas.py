"""JSON Schemas of the study's YAML files, so that an editor completes and checks them.

They are made from the same records that read the files, and told what the study knows: its levers
in English and Chinese with their limits, drivers, vintages, articles, targets. What a schema cannot
say - that years increase, that a base exists - the reader alone says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.changes import SPREADS
from qiantang.files import put
from qiantang.files.outfile import put_text, to_write

if TYPE_CHECKING:
    from qiantang.changefaults import Quantity
    from qiantang.study import Study

Schema = dict[str, Any]

#: A year as a key: YAML numbers are text to JSON.
YEAR = r"^\d+(\.\d*)?$"


def scenario_schema(study: Study) -> Schema:
    """Return the schema of a scenario file."""
    from qiantang.scenario import ScenarioFile

    schema = ScenarioFile.model_json_schema()
    known = study.vocabulary
    schema["properties"]["levers"] |= _levers(study, "Lever", limits=True)
    vintages = {"enum": [*sorted(known.vintages), *_numbers(known.vintages)]}
    outside = known.outside()
    schema["properties"]["drivers"] |= _entries(outside.drivers, "#/$defs/Driver")
    schema["properties"]["constants"] |= _entries(outside.constants, "#/$defs/Constant")
    schema["$defs"] |= _changed(vintages)
    del schema["$defs"]["Setting"]
    watched = [known.watched.variables[name][1] for name in study.headlines]
    examples = [*study.headlines, *filter(None, watched)]
    schema["$defs"]["When"]["properties"]["variable"]["examples"] = examples
    schema["properties"]["vintage"]["anyOf"] = [vintages, {"type": "null"}]
    schema["properties"]["base"]["examples"] = study.scenario_names()
    lever = schema["$defs"]["Lever"]["properties"]
    lever["path"]["propertyNames"] = {"pattern": YEAR}
    lever["cites"]["items"] = {"enum": sorted(known.articles)}
    return schema


def effort_schema(study: Study) -> Schema:
    """Return the schema of the effort file."""
    from qiantang.policy.effort import EffortFile

    schema = EffortFile.model_json_schema()
    levers = _levers(study, "LeverEffort", limits=False)
    schema["properties"]["levers"] |= levers
    names = sorted(levers["properties"])
    schema["$defs"]["Rule"]["properties"]["of"] = {
        "anyOf": [{"const": "all"}, {"type": "array", "items": {"enum": names}}]
    }
    targets = [target.id for target in study.plan.targets.targets]
    limit = schema["$defs"]["Limit"]["properties"]
    limit["targets"] = {"anyOf": [{"const": "all"}, {"type": "array", "items": {"enum": targets}}]}
    limit["variable"] = {"enum": [*study.dictionary, None]}
    return schema


def _plan(name: str) -> Callable[[Study], Schema]:
    def made(_: Study) -> Schema:
        from qiantang.plan.targets import schemas as plan_schemas

        return plan_schemas()[name]

    return made


def _sweep(_: Study) -> Schema:
    from qiantang.sweep.designfile import schema

    return schema()


def robust_schema(study: Study) -> Schema:
    """Return the schema of a robust search."""
    from qiantang.robust.designfile import RobustFile

    schema = RobustFile.model_json_schema()
    targets = [target.id for target in study.plan.targets.targets]
    schema["$defs"]["Objective"]["properties"]["target"]["anyOf"] = [
        {"enum": targets}, {"type": "null"},
    ]  # fmt: skip
    return schema


def _study(_: Study) -> Schema:
    from qiantang.studyfile import StudyFile

    return StudyFile.model_json_schema()


#: Maker of the schema of each kind of file.
KINDS: dict[str, Callable[[Study], Schema]] = {
    "articles": _plan("articles"),
    "effort": effort_schema,
    "robust": robust_schema,
    "scenario": scenario_schema,
    "study": _study,
    "sweep": _sweep,
    "targets": _plan("targets"),
}


def schemas(study: Study) -> dict[str, str]:
    """Return the JSON schema of each kind of file, as text by the name of the schema's file."""
    return {
        f"{name}.json": json.dumps(make(study), indent=2, ensure_ascii=False) + "\n"
        for name, make in KINDS.items()
    }


def write_schemas(study: Study, folder: Path, *, force: bool = False) -> list[Path]:
    """Write the JSON schemas into a folder and return the paths of those that were not there.

    Raises
    ------
    StudyError
        A file holds something else, and is not to be replaced; then nothing is written.
    """
    texts = {folder / name: text for name, text in schemas(study).items()}
    left = to_write(texts, force=force)
    put.folder(folder)
    for path, text in left.items():
        put_text(path, text)
    return list(left)


def _entries(known: Mapping[str, Quantity], record: str) -> Schema:
    """Return an object schema with each driver or constant under its two names."""
    properties: Schema = {}
    for name, quantity in known.items():
        properties[name] = {"$ref": record, "description": f"{quantity.chinese}; {quantity.unit}"}
        if quantity.chinese:
            properties[quantity.chinese] = {
                "$ref": record, "description": f"{name}; {quantity.unit}"
            }  # fmt: skip
    return {"properties": properties, "additionalProperties": False}


def _changed(vintages: Schema) -> Schema:
    """Return the records of a driver and of a constant: years with what holds in them."""
    number = {"type": ["number", "string"], "examples": ["-5 %", "x 0.9"]}
    words: Schema = {"note": {"type": "string"}, "unit": {"type": "string"}}
    constant = {
        "type": "object", "properties": words, "additionalProperties": False,
        "patternProperties": {YEAR: number}, "minProperties": 1,
    }  # fmt: skip
    spread = {"anyOf": [{"enum": [*SPREADS]}, {"type": "number", "minimum": 0, "maximum": 1}]}
    own = {**constant, "properties": {**words, "vintage": vintages, "spread": spread}}
    return {"Constant": constant, "Driver": {"anyOf": [vintages, own]}}


def _levers(study: Study, record: str, *, limits: bool) -> Schema:
    """Return an object schema with each lever under its English and its Chinese name."""
    known = study.vocabulary
    properties: Schema = {}
    for name, (unit, low, high) in known.levers.items():
        item = study.dictionary[name]
        entry: Schema = {
            "allOf": [{"$ref": f"#/$defs/{record}"}],
            "description": f"{item.meaning_zh}. {item.meaning.removeprefix('Lever. ')}",
        }
        if limits:
            value = {"minimum": low, "maximum": high}
            entry["properties"] = {
                "unit": {"const": unit},
                "path": {"additionalProperties": value},
            }
        properties[name] = entry
        if name in known.chinese:
            properties[known.chinese[name]] = {**entry, "description": f"{name}. {item.meaning}"}
    return {"properties": properties, "additionalProperties": False}


def _numbers(texts: Any) -> list[int]:
    """Return the texts that YAML may read as whole numbers."""
    return sorted(int(text) for text in texts if text.isdigit())
