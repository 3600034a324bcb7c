"""BLEU of the command against sacrebleu's, on the sentences that the command says it is of."""

import csv
import unittest

import sacrebleu
from common import FILES, Case, superphase, table


class Bleu(Case):
    def test_a_thousand_pairs_and_more(self):
        out, said = FILES / "translation.csv", FILES / "translation.tsv"
        superphase(
            "study", "--preset", "translation", "--widest", 8, "--steps", 60, "--held-out", 1024,
            "--out", out, "--sentences", said,
        )
        with open(said, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in table("translation.csv").itertuples():
            own = [r for r in rows if int(r["k"]) == row.k]
            self.assertEqual(len(own), 1024)
            outputs = [r["output"] for r in own]
            wanted = sacrebleu.corpus_bleu(outputs, [[r["reference"] for r in own]]).score
            self.assertAlmostEqual(row.bleu, wanted, delta=0.01, msg=f"k = {row.k}")


if __name__ == "__main__":
    unittest.main()
