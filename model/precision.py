"""Which number format a machine multiplies matrices in fastest, at the same scores."""

import torch

PRECISIONS = ("auto", "bf16", "fp32")


def choose(precision: str, device: torch.device) -> torch.dtype:
    """Give the type of the weights: as asked, or bf16 where the hardware multiplies it, else fp32.

    Raises ValueError for a precision that is none of `PRECISIONS`.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"no precision {precision!r}; give one of {', '.join(PRECISIONS)}")
    if precision == "auto":
        return torch.bfloat16 if bf16_pays(device) else torch.float32
    return torch.bfloat16 if precision == "bf16" else torch.float32


def bf16_pays(device: torch.device) -> bool:
    """Tell whether a device multiplies bf16 matrices in hardware; where it only imitates that, fp32 is faster."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, check, lambda: False)() for check in checks)


def only_read_in_bf16(states: torch.Tensor) -> bool:
    """Tell whether states are in bf16 on a CPU, and no gradient is asked for: where own ways to multiply pay."""
    return states.device.type == "cpu" and states.dtype == torch.bfloat16 and not torch.is_grad_enabled()
