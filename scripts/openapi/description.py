"""The description of the interface, openapi.yaml."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import yaml


class Description:
    """An OpenAPI document. Its examples must match its schemas."""

    def __init__(self, path: Path):
        self.document = yaml.safe_load(path.read_text())
        self.components = self.document["components"]
        self.check_examples()

    def check_examples(self):
        parts = [self.document["paths"], self.components["parameters"], self.components["responses"]]
        for member in objects(parts):
            examples = [example["value"] for example in member.get("examples", {}).values()]
            if "example" in member:
                examples.append(member["example"])
            for example in examples:
                try:
                    jsonschema_rs.validate({**member["schema"], "components": self.components}, example)
                except jsonschema_rs.ValidationError as error:
                    raise SystemExit(f"schemathesis: {example}: {error.message}") from None

    def forbid_unknown_members(self):
        """Makes the schemas strict. A client must accept unknown members, but the app may send only described ones."""
        for schema in self.components["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False
                # Schemathesis would add the missing ones.
                if undescribed := set(schema["required"]) - set(schema["properties"]):
                    raise SystemExit(f"schemathesis: required, but not described: {undescribed}")

    def answers(self) -> Iterator[str]:
        """Yields each kind of answer: path, status, content type, and `cluster` if the scope has a form of its own."""
        operations = ((path, operation) for path, item in self.document["paths"].items() for operation in item.values())
        for path, operation in operations:
            for status, response in operation["responses"].items():
                reference = response.get("$ref", "").rpartition("/")[2]
                response = self.components["responses"][reference] if reference else response
                for content in response.get("content", []):
                    yield f"{path} {status} {content}"
                    if status == "200" and "/Scope" in str(operation):
                        yield f"{path} {status} {content} cluster"


def objects(value) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from objects(child)
