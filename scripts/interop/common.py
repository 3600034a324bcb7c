"""What the tests share: the command, its files, and bits compared as bits."""

import os
import subprocess
import unittest
from pathlib import Path

import numpy as np
import pandas as pd

FILES = Path(os.environ["FILES"]).resolve()


def superphase(*words):
    """Runs the command, which must succeed; words are strings and paths."""
    words = [os.environ["SUPERPHASE"], *map(str, words)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def refused(*words):
    """Runs the command, which must fail, and returns what it says."""
    words = [os.environ["SUPERPHASE"], *map(str, words)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode == 0:
        raise AssertionError(f"{' '.join(words)} should have failed")
    return done.stderr


def table(name):
    """A table of the command's, as pandas reads it."""
    return pd.read_csv(FILES / name)


class Case(unittest.TestCase):
    """Comparisons of arrays, exact in 32 bits."""

    def same(self, found, wanted, what=""):
        found, wanted = (np.asarray(a).astype(np.float32).ravel() for a in (found, wanted))
        self.assertEqual(found.shape, wanted.shape, what)
        equal = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
        self.assertTrue(equal.all(), f"{what}: {found[~equal][:5]} but {wanted[~equal][:5]}")
