import assert from "node:assert/strict";

import { measureChange } from "../../../cli/change/experiment.ts";
import type { ChangeRequest } from "../../../cli/change/experiment.ts";
import type { ChangeRecord, ChangeStep } from "../../../cli/change/record.ts";
import { conclude, describeChanges } from "../../../cli/change/report.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { FakeMesh } from "./fakeMesh.ts";

const NAMESPACE = "istio-idle-timeout-dev";
const OWN = `${NAMESPACE}-change`;
const ASKED: ChangeRequest = { namespace: NAMESPACE };

describe("the change experiment", () => {
  let mesh: FakeMesh;

  beforeEach(() => {
    mesh = new FakeMesh();
  });

  const run = (changes: Partial<ChangeRequest> = {}): Promise<ChangeRecord> =>
    measureChange({ ...ASKED, ...changes }, mesh.world);

  /** `changed idle before: 45000 after the change, reason`. */
  const endsOf = ({ connections }: ChangeStep): string[] =>
    connections.map(({ workload, traffic, opened, sinceChangeMs, end, proxy }) =>
      [workload, traffic, opened, sinceChangeMs ?? end, proxy?.closeReason ?? "-"].join(" "),
    );

  it("says of each connection when and why it ended", async () => {
    const record = await run();
    assert.deepEqual(
      record.steps.map(({ change, before, after }) => [
        change,
        before.idleTimeoutMs,
        after.idleTimeoutMs,
      ]),
      [
        ["apply", 3_600_000, 20_000],
        ["alter", 20_000, 900_000],
        ["remove", 900_000, 3_600_000],
      ],
    );
    assert.deepEqual(record.steps.map(endsOf), [
      [
        "changed idle before 45000 filter_chain_is_being_removed",
        "changed busy before 45000 filter_chain_is_being_removed",
        "untouched idle before open -",
        "untouched busy before open -",
        "changed idle after 20000 tcp_session_idle_timeout",
      ],
      [
        "changed idle before 20000 tcp_session_idle_timeout",
        "changed busy before 45000 filter_chain_is_being_removed",
        "untouched idle before open -",
        "untouched busy before open -",
        "changed idle after open -",
      ],
      [
        "changed idle before 45000 filter_chain_is_being_removed",
        "changed busy before 45000 filter_chain_is_being_removed",
        "untouched idle before open -",
        "untouched busy before open -",
        "changed idle after open -",
      ],
    ]);
    assert.deepEqual(
      record.steps.map(({ notes }) => notes),
      [[], [], []],
    );
    const { steps, ...about } = record;
    assert.deepEqual(about, {
      schemaVersion: 1,
      experiment: "change",
      endpoint: "10.0.0.5:6379",
      istioVersion: "1.31-dev",
      envoyVersion: "1.40.0",
      drainMs: 45_000,
    });
    assert.equal(steps[0]?.changedAt, "2026-01-02T03:04:05.000Z");
  });

  it("sums it up", async () => {
    const record = await run();
    assert.deepEqual(conclude(record), [
      "Of 6 connections that were open on the changed workload:",
      "  0 took the new timeout,",
      "  5 were cut when the drain of 45 s was over, 45.000 s to 45.000 s after the change,",
      "  1 were closed before that by the timeout they were opened under,",
      "  0 had another end.",
      "Of 6 on the untouched workload 0 were closed.",
    ]);
    const [header = "", , first = ""] = describeChanges(record).split("\n");
    assert.match(header, /^change +workload +traffic +opened +held +after the change +reason$/);
    assert.match(
      first,
      /^apply: 1h \(Envoy's default\) -> 20s +changed +idle +before it +45\.000 s \(FIN\) +45\.000 s +filter_chain/,
    );
  });

  it("notes that the untouched workload changed too", async () => {
    mesh.spills = true;
    const record = await run();
    assert.deepEqual(record.steps[0]?.notes, [
      "the filter chain of the untouched workload was replaced too, by something else",
    ]);
    assert.match(describeChanges(record), /^note on apply: the filter chain of the untouched/m);
    assert.equal(conclude(record).at(-1), "Of 6 on the untouched workload 6 were closed.");
  });

  it("starts from what the mesh itself applies", async () => {
    mesh.meshTimeoutMs = 7_200_000;
    const { steps } = await run();
    assert.equal(steps[0]?.before.idleTimeoutMs, 7_200_000);
    assert.equal(steps[2]?.after.idleTimeoutMs, 7_200_000);
  });

  it("refuses a mesh that applies one of its timeouts already", async () => {
    mesh.meshTimeoutMs = 900_000;
    await assert.rejects(
      run(),
      new MeasureError("the sidecar applies 15m already, so that nothing would change"),
    );
  });

  it("makes its workloads like the stack's, but in real time", async () => {
    const made: Record<string, unknown>[] = [];
    const remember = mesh.objects.set.bind(mesh.objects);
    mesh.objects.set = (key, object) => {
      made.push(object);
      return remember(key, object);
    };
    await run();
    assert.deepEqual(
      made.map(({ kind, metadata }) => `${kind as string} ${(metadata as { name: string }).name}`),
      [
        ...[`Namespace ${OWN}`, "EnvoyFilter evidence"],
        ...["Deployment changed", "Deployment untouched"],
        ...["EnvoyFilter idle-timeout", "EnvoyFilter idle-timeout"],
      ],
    );
    assert.deepEqual(made[0]?.metadata, { name: OWN, labels: { "istio.io/rev": "canary" } });
    const { template } = made[2]?.spec as { template: { metadata: unknown; spec: unknown } };
    assert.deepEqual(template, {
      metadata: {
        labels: {
          "app.kubernetes.io/name": "probe",
          "istio-idle-timeout/workload": "changed",
          "sidecar.istio.io/inject": "true",
        },
        annotations: { "sidecar.istio.io/proxyCPU": "10m" },
      },
      spec: { containers: [{ name: "probe", image: "probe@sha256:0" }] },
    });
  });

  it("removes all it made", async () => {
    await run();
    assert.deepEqual([...mesh.objects.keys()], []);
    assert.equal(mesh.commands.at(-1), `delete namespace ${OWN} --ignore-not-found`);
  });

  it("removes all it made when it fails or is interrupted on the way", async () => {
    mesh.failure = (command) => (command.startsWith("patch") ? "refused" : undefined);
    await assert.rejects(run(), KubectlError);
    assert.deepEqual([...mesh.objects.keys()], []);
  });

  it("leaves a namespace alone that another experiment made", async () => {
    mesh.objects.set(`${OWN}/Namespace/${OWN}`, {});
    await assert.rejects(
      run(),
      new MeasureError(
        `namespace ${OWN} exists already: the same experiment runs, or one was killed; if none runs, ` +
          `remove it: kubectl delete namespace ${OWN}`,
      ),
    );
    assert.equal(mesh.objects.size, 1);
  });

  it("wants a stack that is up", async () => {
    mesh.deployments = [];
    await assert.rejects(
      run(),
      new MeasureError(
        `namespace ${NAMESPACE} has no probe; bring a stack up first (pulumi up) and name its namespace`,
      ),
    );
  });

  it("takes an endpoint where it is named, and wants it where none is known", async () => {
    mesh.journals = [];
    assert.equal(
      (
        await run({
          target: { middleware: "memcached", endpoint: { host: "10.0.0.9", port: 11_211 } },
        })
      ).endpoint,
      "10.0.0.9:11211",
    );
    await assert.rejects(run(), /name one with --endpoint$/);
  });
});
