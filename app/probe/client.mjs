/**
 * Sends a question to the probe in the same container and prints the answer as one line of JSON:
 *
 *   client.mjs check '{"middleware":M,"host":H,"port":P}'
 *   client.mjs start '{"run":R,"observeMs":MS,"connections":N,"repetitions":N,"tests":[...]}'
 *   client.mjs status RUN [WAIT_MS]
 *
 * It is plain JavaScript because it runs beside a measurement and shares the probe's memory: Node.js takes 6 MB for
 * it, and 44 MB for TypeScript, whose types it would strip each time.
 *
 * Exit codes: 0 for an answer, 1 for none.
 */
import { createConnection } from "node:net";
import { join } from "node:path";

const path = join(process.env.PROBE_DIR ?? "/var/run/probe", "probe.sock");
const [command, request = "", wait] = process.argv.slice(2);

let answer = "";
const socket = createConnection(path)
  .setEncoding("utf8")
  .on("data", (part) => {
    answer += part;
  })
  .on("error", ({ code, message }) => {
    fail(`the probe does not answer at ${path} (${code ?? message}): is its container running?`);
  })
  .on("end", () => {
    const { result, error } =
      answer === ""
        ? { error: "the probe closed the connection without an answer" }
        : JSON.parse(answer);
    if (error === undefined) {
      console.log(JSON.stringify(result));
    } else {
      fail(error);
    }
  });
socket.write(`${JSON.stringify({ command, request, wait })}\n`);

function fail(reason) {
  process.stderr.write(`probe: ${reason}\n`);
  process.exitCode = 1;
}
