import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ConnectionTest, longestWatchMs } from "../../../components/runs/connectionTest.ts";
import type { ConnectionTestArgs } from "../../../components/runs/connectionTest.ts";
import { parse } from "valibot";
import { DEFAULT_LOAD } from "../../load.ts";
import { measureRequest } from "../../../model/requests.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import type { RunState } from "../../../model/runState.ts";
import { runRecord } from "../../cli/records.ts";
import { declare, only, UNKNOWN, valueOf } from "../../mocks.ts";
import type { Outputs } from "../../mocks.ts";

const COMMAND = "command:local:Command";
const record = runRecord({ run: "0123456789" });
/** Where the run stands, as `cli/runState` says it. */
const runIs = (state: RunState) => ({
  "command:local:run": () => ({ stdout: JSON.stringify(state) }),
});
const functions = runIs({ state: "attended" });
const outputs: Outputs = {
  [COMMAND]: () => ({ stdout: JSON.stringify(record, undefined, 2), stderr: "" }),
};

const args: ConnectionTestArgs = {
  namespace: pulumi.output("istio-idle-timeout-test"),
  runId: "0123456789",
  endpoints: ["192.0.2.1:6379"],
  middleware: ["redis"],
  load: DEFAULT_LOAD,
  timeout: "13.7s",
  observeMs: 17_700,
  waitMs: 300_000,
  timelapse: 1,
  path: "passthrough",
  remedy: "envoyFilter",
  policy: "EnvoyFilter/idle-timeout",
  evidence: true,
  debugLog: false,
  kubeContext: undefined,
};

/** What the program is asked for with these. */
const REQUEST: MeasureRequest = {
  namespace: "istio-idle-timeout-test",
  run: "0123456789",
  targets: [{ endpoint: { host: "192.0.2.1", port: 6379 }, middleware: "redis" }],
  timeout: "13.7s",
  observeMs: 17_700,
  waitMs: 300_000,
  modes: ["silent"],
  connections: 1,
  repetitions: 1,
  timelapse: 1,
  path: "passthrough",
  remedy: "envoyFilter",
  policy: "EnvoyFilter/idle-timeout",
  evidence: true,
  debugLog: false,
};

const program = (change: Partial<ConnectionTestArgs> = {}) =>
  new ConnectionTest("connection", { ...args, ...change });

describe("ConnectionTest", () => {
  it("is one command named after its run", async () => {
    const { resources } = await declare(program, { outputs, functions });
    assert.equal(resources.length, 2);
    assert.deepEqual(only(resources, COMMAND), {
      type: COMMAND,
      name: "connection-measurement-0123456789",
      path: `istio-idle-timeout:index:ConnectionTest$${COMMAND}`,
      inputs: {
        create: `node --import tsx cli/measure.ts '${JSON.stringify(REQUEST)}'`,
        logging: "stderr",
      },
      provider: undefined,
    });
  });

  it("leaves time for the logins before each window, and for waiting alone where it detaches", () => {
    const load = { modes: ["silent"], connections: 1, repetitions: 3 } as const;
    const watched = (waitMs: number) => longestWatchMs({ load, observeMs: 14_000, waitMs });
    assert.equal(watched(42_000), 72_000);
    assert.equal(watched(41_999), 41_999);
  });

  it("hands on what is not the default", async () => {
    const change: Partial<ConnectionTestArgs> = {
      endpoints: ["192.0.2.1:6379", "192.0.2.1:3306"],
      middleware: ["redis", "mysql"],
      load: { modes: ["silent", "ping"], connections: 20, repetitions: 3 },
      timelapse: 360,
      path: "serviceEntry",
      remedy: "envoyFilterPort",
      policy: undefined,
      evidence: false,
      kubeContext: "it's mine",
    };
    const { resources } = await declare(() => program(change), { outputs, functions });
    const create = String(only(resources, COMMAND).inputs.create);
    assert.match(create, /^node --import tsx cli\/measure\.ts '.*"context":"it'\\''s mine".*'$/);
    const request = create.slice(create.indexOf("'") + 1, -1).replace("'\\''", "'");
    const expected = {
      ...REQUEST,
      policy: undefined,
      context: "it's mine",
      targets: [
        { endpoint: { host: "192.0.2.1", port: 6379 }, middleware: "redis" },
        { endpoint: { host: "192.0.2.1", port: 3306 }, middleware: "mysql" },
      ],
      modes: ["silent", "ping"],
      connections: 20,
      repetitions: 3,
      timelapse: 360,
      path: "serviceEntry",
      remedy: "envoyFilterPort",
      evidence: false,
    };
    assert.deepEqual(JSON.parse(request), JSON.parse(JSON.stringify(expected)));
    assert.deepEqual(parse(measureRequest, JSON.parse(request)), JSON.parse(request));
  });

  it("asks how the run stands by its namespace and name, with what is not the default", async () => {
    const asked: unknown[] = [];
    await declare(() => program({ kubeContext: "kind-mesh" }), {
      outputs,
      functions: {
        "command:local:run": (question) => {
          asked.push(question);
          return { stdout: '{"state":"attended"}' };
        },
      },
    });
    assert.deepEqual(asked, [
      {
        command:
          "node --import tsx cli/runState.ts " +
          `'{"namespace":"istio-idle-timeout-test","context":"kind-mesh","run":"0123456789"}'`,
        logging: "none",
        addPreviousOutputInEnv: false,
      },
    ]);
  });

  const running: RunState = { state: "running", leftMs: 1_320_000.4 };
  for (const [state, environment] of [
    [running, undefined],
    [{ state: "over" }, { RUN_STATE: "over" }],
  ] as const) {
    it(`has ${environment ? "another" : "the same"} input when the run is ${state.state}`, async () => {
      const { resources } = await declare(program, { outputs, functions: runIs(state) });
      assert.deepEqual(only(resources, COMMAND).inputs.environment, environment);
    });
  }

  it("reads the record", async () => {
    const { result } = await declare(program, { outputs, functions });
    assert.deepEqual(await valueOf(result.record), record);
  });

  it("knows no record in a preview, nor a command while the endpoint is not known", async () => {
    const { resources, result } = await declare(
      () => program({ endpoints: pulumi.unknown as unknown as string[] }),
      { preview: true, functions },
    );
    assert.equal(only(resources, COMMAND).inputs.create, UNKNOWN);
    assert.equal(await valueOf(result.record), UNKNOWN);
  });
});
