#!/usr/bin/env bash
# A sweep in 64 shards by HyperQueue, whose workers may come and go: hq server start; hq worker start (on each machine).
set -euo pipefail

hq submit --name superphase --array 0-63 --cpus 1 --crash-limit 10 --wait \
  superphase sweep --preset repro-superposition --engine cpu --shard auto/64 --out sweep.csv

superphase merge sweep.shard-*.csv --out sweep.csv
