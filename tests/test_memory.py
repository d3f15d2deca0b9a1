"""A long run takes no more memory than a short one."""

import subprocess
import sys
from pathlib import Path

import pytest

GROWTH = """
import gc
import resource
from quoth import Extractor
from quoth.model.memory import give_back_freed

def held():  # MiB
    gc.collect()
    give_back_freed()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20

extractor = Extractor.from_pretrained(precision="bf16")
sentence = "Marta Lind rejected the offer. “We will not sell the mill,” she told the council on Friday. "
sizes = []
for number in range(1, 33):  # ever new lengths, and ever new numbers of quotes
    extractor(sentence * number)
    sizes.append(held())
print(sizes[7], sizes[-1])
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc, which only Linux has")
def test_texts_of_ever_new_lengths_leave_no_memory_behind() -> None:
    """With torch's own settings the second figure is 300 MiB above the first."""
    done = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True)
    early, late = map(int, done.stdout.split())
    assert late - early < 100
