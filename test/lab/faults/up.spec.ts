import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { LAB, Untouched, succeeds } from "./support.ts";
import { DEFAULT_ENVOY } from "../../../lab/build/envoys.ts";
import { imageLayers } from "../../../lab/build/images.ts";
import { environment } from "../../../lab/commands/lab.ts";
import { exec } from "../../../lab/base/exec.ts";
import { linkName } from "../../../lab/machine/network.ts";
import { findNode, nodeState } from "../../../lab/node/node.ts";
import { cacheDir, labPaths } from "../../../lab/base/paths.ts";
import { REGISTRY_PORT } from "../../../lab/node/identity.ts";
import { LabProcess, labCommand } from "../../e2e/labProcess.ts";
import { note, secondsSince } from "./measured.ts";
import { assertWorks } from "./works.ts";

/** A moment of `lab up`. */
interface Moment {
  when: string;
  /** Prepares what makes `up` come by that moment. */
  prepare?: () => void;
  env?: () => Record<string, string>;
  /** What `up` says before, and what is to be seen then. */
  said: string;
  seen: () => boolean | Promise<boolean>;
  /** What `lab status` says after a kill in that moment. */
  status: RegExp;
}

describe("after kill -9 of `lab up`", () => {
  let untouched: Untouched;
  let bin: string;

  before(async () => {
    untouched = await Untouched.before(LAB);
    bin = mkdtempSync(join(tmpdir(), "faults-"));
  });

  after(() => {
    rmSync(bin, { recursive: true });
  });

  const [layer] = imageLayers(DEFAULT_ENVOY);
  const unfinished = (): boolean => readdirSync(cacheDir()).some((e) => e.includes(".unfinished-"));

  const moments: Moment[] = [
    {
      when: "before what is built is unpacked",
      prepare: () => {
        rmSync(layer!.dir, { recursive: true });
      },
      said: `${layer!.title} ...`,
      seen: unfinished,
      status: /^Lab faults is not up\./,
    },
    {
      when: "while the node boots",
      prepare: () => {
        stopAtLink(bin);
      },
      env: () => ({ PATH: [bin, process.env.PATH].join(delimiter) }),
      said: "Start of the node ...",
      seen: () => existsSync(join(bin, "reached")),
      status: /^Lab faults: a start or a removal of its node was interrupted\./,
    },
    {
      when: "while the cluster is waited for",
      said: "Kubernetes node Ready ...",
      seen: () => findNode(LAB, labPaths(LAB)).is === "running",
      status: /^ {2}not done yet: Kubernetes node Ready$/m,
    },
    {
      when: "while images are pushed",
      said: "Images in the registry ...",
      seen: someImageIsThere,
      status: /^ {2}not done yet: Images in the registry$/m,
    },
    {
      when: "while Istio is installed",
      said: "Istio's control plane ...",
      seen: istiodIsMade,
      status: /^ {2}not done yet: Istio's control plane\n {2}not done yet: A pod with a sidecar$/m,
    },
  ];

  for (const { when, prepare, env, said, seen, status } of moments) {
    it(`${when}, \`status\` tells, \`up\` heals and \`down\` leaves nothing`, async () => {
      prepare?.();
      const up = new LabProcess(["up", "--name", LAB], env?.());
      await up.reaches(said, seen);
      const since = performance.now();
      await up.kill("SIGKILL");

      const told = await labCommand("status", LAB);
      assert.equal(told.code, 1);
      assert.match(told.stdout, status);
      assert.doesNotMatch(told.stdout, /is at work/);

      const healed = await succeeds("up", LAB);
      assert.equal(unfinished(), false);
      await assertWorks(LAB);
      const worked = secondsSince(since);
      await succeeds("status", LAB);
      const [line = ""] = status.exec(told.stdout)![0].trim().split("\n");
      note({ killed: `\`lab up\` ${when}`, status: line, worked, up: healed.seconds });

      await succeeds("down", LAB);
      await untouched.assertStill();
    });
  }

  it("or Ctrl-C while the node boots, of which `status` tells before, `down` leaves nothing", async () => {
    stopAtLink(bin);
    const env = { PATH: [bin, process.env.PATH].join(delimiter) };
    const up = new LabProcess(["up", "--name", LAB], env);
    await up.reaches("Start of the node ...", () => existsSync(join(bin, "reached")));
    assert.ok(existsSync(join("/sys/class/net", linkName(LAB))));
    const meanwhile = await labCommand("status", LAB);
    assert.equal(meanwhile.code, 1);
    const [what, who = ""] = meanwhile.stdout.split("\n");
    assert.equal(what, "Lab faults: its node is being started or removed.");
    assert.match(who, new RegExp(`^  \`up\` is at work: process ${up.pid} since `));
    await up.kill("SIGINT");
    const { code, stderr } = await up.ended();
    assert.equal(code, 130);
    assert.match(
      stderr,
      /\nInterrupted\. Finished steps are kept\. To resume: npm run lab -- up --name faults\n$/,
    );
    await succeeds("down", LAB);
    await untouched.assertStill();
  });
});

/**
 * Puts an `ip` into `bin` that stops for good where the node's link is set up: its process 1 waits
 * for its configuration then.
 */
function stopAtLink(bin: string): void {
  rmSync(join(bin, "reached"), { force: true });
  const script = `#!/bin/sh
if [ "$*" = "link set ${linkName(LAB)} up" ]; then
  : > ${join(bin, "reached")}
  exec setpriv --pdeathsig KILL sleep infinity
fi
PATH=\${PATH#*:}
exec ip "$@"
`;
  writeFileSync(join(bin, "ip"), script, { mode: 0o755 });
}

async function someImageIsThere(): Promise<boolean> {
  const node = findNode(LAB, labPaths(LAB));
  if (node.is !== "running") {
    return false;
  }
  try {
    const answer = await fetch(`http://${nodeState(LAB).nodeAddress}:${REGISTRY_PORT}/v2/_catalog`);
    return ((await answer.json()) as { repositories: string[] }).repositories.length > 0;
  } catch {
    return false; // the registry does not listen yet
  }
}

async function istiodIsMade(): Promise<boolean> {
  const args = ["get", "deployment/istiod", "-n", "istio-system", "--ignore-not-found", "-o=name"];
  return (await exec("kubectl", args, { env: environment(LAB) })) !== "";
}
