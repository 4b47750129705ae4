import { writeFile } from "node:fs/promises";
import { clusterOptions } from "../command/clusterOptions.ts";
import { defineCommand } from "../command/command.ts";
import type { Terminal } from "../command/command.ts";
import { EXIT } from "../command/exitCode.ts";
import { anyText, oneOf, optional, required } from "../command/option.ts";
import { FORMATS, render } from "../command/output.ts";
import { UsageError } from "../command/usageError.ts";
import { kubectlFor } from "../cluster/kubectl.ts";
import { systemClock } from "../cluster/world.ts";
import { parseEndpoint } from "../../model/endpoint.ts";
import { UserError } from "../../model/userError.ts";
import { BUSY_KINDS } from "./busyKind.ts";
import { measureChange } from "./experiment.ts";
import type { ChangeRequest } from "./experiment.ts";
import { describeChanges } from "./report.ts";
import type { ChangeRecord } from "./record.ts";

/** The experiment that finds out what a change of the idle timeout does to connections that are open. */
export const change = defineCommand({
  about:
    "Finds out what a change of the idle timeout does to connections that are open. In a namespace of its own it " +
    "holds idle and busy connections from two workloads, of which an EnvoyFilter selects one, and creates, alters " +
    "and deletes that filter. It takes about four minutes (three times the sidecar's drain time of 45 s), prints " +
    "when and why each connection ended, and removes all it made, whenever it is stopped.",
  options: {
    ...clusterOptions("a stack that is up; the probe's image is taken from it"),
    record: required("FILE", "where to write the record, as JSON", anyText),
    endpoint: optional(
      "HOST:PORT",
      "what the connections go to (default: what the stack measures)",
      parseEndpoint,
    ),
    middleware: optional(
      "KIND",
      `what is at --endpoint, ${BUSY_KINDS.join(" or ")} (default: ${BUSY_KINDS[0]})`,
      oneOf(BUSY_KINDS),
    ),
  },
  formats: FORMATS,
  quiet: true,
  example: "-n istio-idle-timeout-dev --record change.json",
  exits: { [EXIT.ok]: "measured, whatever was found", [EXIT.failed]: "could not measure" },
  run: async ({ options, format }, terminal) => {
    const { endpoint, middleware = BUSY_KINDS[0], namespace, context, record: file } = options;
    if (options.middleware !== undefined && endpoint === undefined) {
      throw new UsageError(["--middleware says what is at --endpoint, which is missing"]);
    }
    // Before the wait: who can't have the record should not wait for it.
    await write(file, "", "a");
    const record = await measureUntilInterrupted(
      { namespace, ...(endpoint !== undefined && { target: { middleware, endpoint } }) },
      context,
      terminal,
    );
    await write(file, `${JSON.stringify(record, undefined, 2)}\n`, "w");
    terminal.print(
      await render(format, {
        data: () => record,
        text: (style) => describeChanges(record, style),
      }),
    );
    terminal.report(`the record is in ${file}`);
    return EXIT.ok;
  },
});

/** @throws UserError when it is interrupted or can't measure; what it made is removed then. */
async function measureUntilInterrupted(
  request: ChangeRequest,
  context: string | undefined,
  { report, warn }: Terminal,
): Promise<ChangeRecord> {
  const interrupted = new AbortController();
  const { signal } = interrupted;
  const interrupt = (): void => {
    if (!signal.aborted) {
      warn("interrupted; removing what was made");
    }
    interrupted.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await measureChange(request, {
      kubectlIn: (namespace) => kubectlFor({ namespace, context, signal }),
      undo: kubectlFor({ context }),
      clock: systemClock(signal),
      report,
    });
  } catch (error) {
    // A UserError tells more: of a namespace that could not be removed, for instance.
    const cut = signal.aborted && !(error instanceof UserError);
    throw cut ? new UserError("nothing was measured: interrupted") : error;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    // Ends what is still being asked of the other probe.
    interrupted.abort();
  }
}

/** @throws UserError when the file can't be written. */
async function write(file: string, text: string, flag: "a" | "w"): Promise<void> {
  try {
    await writeFile(file, text, { flag });
  } catch (error) {
    throw new UserError(`--record: ${(error as Error).message}`, { cause: error });
  }
}
