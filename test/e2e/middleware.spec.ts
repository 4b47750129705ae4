import assert from "node:assert/strict";
import { connect } from "../../app/probe/connect.ts";
import { Channel } from "../../app/probe/middleware/channel.ts";
import type { Credentials } from "../../app/probe/middleware/protocol.ts";
import { protocols } from "../../app/probe/middleware/protocols.ts";
import type { Measurement, ProbeKind, RunRecord } from "../../model/record.ts";
import type { Mode } from "../../app/probe/sample.ts";
import type { TestResult } from "../../report/testResults.ts";
import { parseEndpoint } from "../../model/endpoint.ts";
import type { ServerKind } from "../../model/target.ts";
import { MODES } from "../../app/probe/sample.ts";
import { takesMode } from "../../model/modes.ts";
import type { ExecError } from "../../lab/base/exec.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import { assertSeconds, devStack, pulumiUp, record } from "./support.ts";

const KINDS: readonly ServerKind[] = ["redis", "memcached", "mysql", "mongodb"];
const TIMEOUT_S = 12;

/** What each of the servers says of its own limit, as it is by default. */
const IDLE_LIMITS = {
  redis: { setting: "timeout", ms: 0 },
  memcached: { setting: "idle_timeout", ms: 0 },
  mysql: { setting: "wait_timeout", ms: 8 * 3_600_000 },
  mongodb: undefined,
};

/** What each of them says to a password that is not the right one. */
const REFUSALS = {
  redis: /^Redis answered AUTH with: WRONGPASS .+$/,
  mysql:
    /^MySQL answered: ERROR 1045 \(28000\): Access denied for user 'probe'@.+ \(using password: YES\)$/,
  mongodb:
    /^MongoDB answered saslContinue with: Authentication failed\. \(18 AuthenticationFailed\)$/,
};

/** A server that a stack runs, by its state. */
interface OwnServer extends Credentials {
  kind: ServerKind;
  endpoint: string;
}

async function serversOf(stack: LabStack): Promise<OwnServer[]> {
  const state = JSON.parse(await stack.export("--show-secrets")) as {
    deployment: { resources: { type: string; urn: string; outputs?: Record<string, unknown> }[] };
  };
  const plain = (value: unknown): string | undefined =>
    typeof value === "object" && value !== null && "plaintext" in value
      ? (JSON.parse(String(value.plaintext)) as string)
      : (value as string | undefined);
  return state.deployment.resources
    .filter(({ type }) => type === "istio-idle-timeout:index:ExternalMiddleware")
    .map(({ urn, outputs = {} }) => {
      const [username, password] = [plain(outputs.username), plain(outputs.password)];
      return {
        kind: urn.split("::").at(-1) as ServerKind,
        endpoint: String(outputs.endpoint),
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
      };
    });
}

describe("a stack with every kind of middleware and a timeout of 12 s", () => {
  let stack: LabStack;
  let run: RunRecord;
  let tests: TestResult[];

  before(async () => {
    stack = await devStack("e2e-kinds", {
      timeout: `${TIMEOUT_S}s`,
      middleware: KINDS.join(","),
      modes: MODES.join(","),
    });
    await pulumiUp(stack);
    run = await record(stack);
    tests = (await stack.outputs()).tests as TestResult[];
  });

  after(() => stack.remove());

  const sample = (kind: ServerKind, mode: Mode, probe: ProbeKind): Measurement => {
    const found = run.samples.filter(
      (one) => one.middleware === kind && one.mode === mode && one.probe === probe,
    );
    assert.equal(found.length, 1, `${kind} ${mode} ${probe}`);
    return found[0]!;
  };

  for (const kind of KINDS) {
    for (const mode of MODES.filter((one) => takesMode(kind, one))) {
      it(`tells what becomes of ${kind} ${mode}`, () => {
        const [subject, control] = [
          sample(kind, mode, "withSidecar"),
          sample(kind, mode, "withoutSidecar"),
        ];
        assert.deepEqual(subject.notes, []);
        assert.equal(subject.voidReasons, undefined);
        assert.equal(control.end, "open");
        assert.ok(control.heldMs >= (TIMEOUT_S + 4) * 1000, `held for ${control.heldMs} ms`);
        const { verdict } = tests.find((one) => one.middleware === kind && one.mode === mode)!;
        if (mode === "ping") {
          assert.equal(subject.end, "open");
          assert.equal(verdict, "stillOpen");
          return;
        }
        assert.equal(verdict, "idleTimeout");
        assert.equal(subject.end, "fin");
        assert.equal(subject.proxy?.closeReason, "tcp_session_idle_timeout");
        // Idle only since it had logged in.
        assertSeconds((subject.heldMs - subject.lastByteMs!) / 1000, TIMEOUT_S);
        if (mode === "firstUse") {
          assert.deepEqual(subject.use, { firstWrite: "ok", read: "end", secondWrite: "EPIPE" });
          assert.deepEqual(control.use, { firstWrite: "ok", read: "ok" });
        }
      });
    }

    it(`reads ${kind}'s own limit on idle connections from the server`, () => {
      assert.deepEqual(sample(kind, "silent", "withSidecar").idleLimit, IDLE_LIMITS[kind]);
    });
  }

  it("refuses a wrong password in one line, and has slow questions answered in time", async () => {
    const servers = await serversOf(stack);
    assert.deepEqual(servers.map(({ kind }) => kind).sort(), [...KINDS].sort());
    for (const { kind, endpoint, ...credentials } of servers) {
      const protocol = protocols[kind];
      const { socket } = await connect(parseEndpoint(endpoint));
      const channel = new Channel(socket);
      await protocol.open(channel, credentials);
      if (protocol.slow !== undefined) {
        const startedMs = performance.now();
        await protocol.slow(channel, 1000);
        const tookMs = performance.now() - startedMs;
        assert.ok(tookMs >= 1000 && tookMs < 1500, `${kind} took ${tookMs} ms`);
      }
      socket.destroy();
      if (kind !== "memcached") {
        const { socket: refused } = await connect(parseEndpoint(endpoint));
        const login = protocol.open(new Channel(refused), { ...credentials, password: "wrong" });
        await assert.rejects(login, { message: REFUSALS[kind] });
        refused.destroy();
      }
    }
  });

  it("is measured by another stack with credentials that are kept secret, once they are right", async () => {
    const servers = (await serversOf(stack)).filter(({ kind }) => kind !== "memcached");
    const other = await devStack("e2e-given", {
      timeout: "2s",
      endpoint: servers.map(({ endpoint }) => endpoint).join(","),
      middleware: servers.map(({ kind }) => kind).join(","),
    });
    try {
      for (const { kind, username, password = "" } of servers) {
        await other.configure(username === undefined ? {} : { [`${kind}Username`]: username }, {
          [`${kind}Password`]: kind === "mysql" ? "wrong" : password,
        });
      }
      await assert.rejects(pulumiUp(other), ({ output }: ExecError) =>
        output.includes("MySQL answered: ERROR 1045 (28000): Access denied for user 'probe'@"),
      );
      const [mysql] = servers.filter(({ kind }) => kind === "mysql");
      await other.configure({}, { mysqlPassword: mysql?.password ?? "" });
      const printed = await pulumiUp(other);
      const { samples } = await record(other);
      const closed = samples.filter(({ probe }) => probe === "withSidecar");
      assert.deepEqual(
        closed.map(({ middleware }) => middleware),
        servers.map(({ kind }) => kind),
      );
      for (const { heldMs, lastByteMs } of closed) {
        assertSeconds((heldMs - lastByteMs!) / 1000, 2);
      }
      const shown = `${printed}${await other.export()}`;
      for (const { password } of servers) {
        assert.ok(password !== undefined && !shown.includes(password), "a password is shown");
      }
    } finally {
      await other.remove();
    }
  });
});
