import assert from "node:assert/strict";
import { diskProblems, freeSpace } from "../../../lab/machine/disk.ts";
import type { DiskNeed } from "../../../lab/machine/disk.ts";

describe("free disk for the lab", () => {
  const home = { what: "the lab", path: "/home/lab", megabytes: 3_000 };
  const goCache = { what: "Go's build cache", path: "/var/go", megabytes: 8_500 };

  const problems = (needs: DiskNeed[], free: Record<string, [device: number, mb: number]>) =>
    diskProblems(needs, (path) => {
      const [device, megabytes] = free[path]!;
      return { device, megabytes };
    });

  it("is enough where each file system has what is needed on it", () => {
    const free = { "/home/lab": [1, 3_000], "/var/go": [2, 8_500] } as const;
    assert.deepEqual(problems([home, goCache], { ...free } as never), []);
  });

  it("is added up for folders on one file system", () => {
    assert.deepEqual(
      problems([home, goCache], { "/home/lab": [1, 11_499], "/var/go": [1, 11_499] }),
      [
        "Free disk: 11.5 GB, but the lab still needs 11.5 GB there: 3.0 GB in /home/lab (the lab), " +
          "8.5 GB in /var/go (Go's build cache). Free some (npm run lab -- purge; go clean -cache " +
          "-modcache), or put a folder elsewhere: IDLE_TIMEOUT_LAB_HOME, GOCACHE, GOMODCACHE.",
      ],
    );
    assert.deepEqual(
      problems([home, goCache], { "/home/lab": [1, 11_500], "/var/go": [1, 11_500] }),
      [],
    );
  });

  it("is told for each file system that is too full, and for no other", () => {
    const found = problems([home, goCache], { "/home/lab": [1, 90_000], "/var/go": [2, 500] });
    assert.equal(found.length, 1);
    assert.match(
      found[0]!,
      /^Free disk: 0\.5 GB, but the lab still needs 8\.5 GB there: 8\.5 GB in \/var\/go/,
    );
  });

  it("is not asked about where nothing is to be written", () => {
    assert.deepEqual(problems([{ ...goCache, megabytes: 0 }], {}), []);
  });

  it("is found for a folder that is still to be made", () => {
    assert.deepEqual(freeSpace("/no/such/folder").device, freeSpace("/").device);
    assert.ok(freeSpace("/no/such/folder").megabytes > 0);
  });
});
