"""Eight shards of each run as tasks of a HyperQueue on this machine: FOLDER SUPERPHASE SWEEP STUDY."""

import sys
from pathlib import Path

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

folder, superphase, sweep, study = sys.argv[1:]
with LocalCluster() as cluster:
    for _ in range(2):
        cluster.start_worker(WorkerConfig(cores=2))
    client = cluster.client()
    submitted = []
    for name, words in {"sweep": sweep, "study": study}.items():
        job = Job()
        for shard in range(1, 9):
            out = ["--shard", f"{shard}/8", "--out", str(Path(folder) / f"{name}.csv")]
            job.program([superphase, *words.split(), *out], cwd=folder)
        submitted.append(client.submit(job))
    for job in submitted:
        client.wait_for_jobs([job])
