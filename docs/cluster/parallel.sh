#!/usr/bin/env bash
# A sweep in 64 shards by GNU parallel, on this machine or on those of --sshlogin. --resume-failed does only what is left.
set -euo pipefail

seq 64 | parallel --joblog superphase.log --resume-failed --termseq TERM,60000,KILL \
  superphase sweep --preset repro-superposition --engine cpu --shard {}/64 --out sweep.csv

superphase merge sweep.shard-*.csv --out sweep.csv
