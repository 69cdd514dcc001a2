"""One node of an ONNX graph, with typed access to its attributes."""

from dataclasses import dataclass
from typing import Any

from engine.errors import FormatError
from engine.formats.onnx_package import onnx_package
from engine.formats.text import brief


@dataclass(frozen=True, eq=False)
class Step:
    """A node: its operator, the names of what it reads and gives, and its attributes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    opset: int

    @classmethod
    def of(cls, node: Any, opset: int) -> "Step":
        """Read a NodeProto; FormatError if an attribute has no value."""
        domain = node.domain if node.domain not in ("", "ai.onnx") else ""
        operator = brief(f"{domain}.{node.op_type}" if domain else node.op_type)
        value_of = onnx_package().helper.get_attribute_value
        try:
            attributes = {a.name: value_of(a) for a in node.attribute}
        except ValueError as error:
            raise FormatError(f"an attribute of {operator} must have a value ({brief(error)})") from None
        return cls(operator, tuple(node.input), tuple(node.output), attributes, opset)

    def whole(self, name: str, default: int) -> int:
        """Give an attribute that is a whole number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise self.wrong(name, "a whole number", value)
        return value

    def real(self, name: str, default: float) -> float:
        """Give an attribute that is a number, without the tail that single precision gives to 0.1."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int | float):
            raise self.wrong(name, "a number", value)
        return float(f"{value:.7g}")

    def text(self, name: str, default: str) -> str:
        """Give an attribute that is a text."""
        value = self.attributes.get(name, default)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str):
            raise self.wrong(name, "a text", value)
        return value

    def wholes(self, name: str, default: tuple[int, ...] | None) -> tuple[int, ...] | None:
        """Give an attribute that is a list of whole numbers."""
        value = self.attributes.get(name, default)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(v, int) for v in value):
            raise self.wrong(name, "whole numbers", value)
        return tuple(value)

    def pair(self, name: str, default: tuple[int, int], least: int = 1) -> tuple[int, int]:
        """Give an attribute that is one number for rows and one for columns."""
        value = self.wholes(name, default)
        if value is None or len(value) != 2 or min(value) < least:
            raise self.wrong(name, f"two whole numbers of at least {least}", value)
        return value[0], value[1]

    def wrong(self, name: str, wanted: str, got: object) -> FormatError:
        """Make the error for an attribute that is not as it must be."""
        return FormatError(f"{self.operator}’s {name} must be {wanted}, got {brief(got)}")
