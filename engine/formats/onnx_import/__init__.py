"""Reading `.onnx` files: graphs that are a chain of the engine's layers, whoever wrote them."""

from engine.formats.onnx_import.reader import load_onnx, model_from_onnx

__all__ = ["load_onnx", "model_from_onnx"]
