import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SCHEMA_VERSION } from "../../model/record.ts";
import type { RunRecord } from "../../model/record.ts";

/** Runs one Pulumi command in the project's folder and returns what it printed. */
export type Pulumi = (args: readonly string[]) => Promise<string>;

/** Why a stack can't be read; the message is one line. */
export class StackError extends Error {}

/** Longest output, in bytes: a record with many connections. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** The Pulumi on PATH, with the backend that is logged in to. */
export async function pulumi(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("pulumi", [...args, "--non-interactive"], {
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new StackError(
      code === "ENOENT"
        ? "pulumi was not found on PATH; install it or put it there"
        : stderr
            .split("\n")
            .map((line) => line.replace(/^error: /, "").trim())
            .filter((line) => line !== "")
            .join("; ") || (error as Error).message,
      { cause: error },
    );
  }
}

/** Every stack of the project in the backend. */
export async function listStacks(run: Pulumi): Promise<string[]> {
  const stacks = JSON.parse(await run(["stack", "ls", "--json"])) as { name: string }[];
  return stacks.map(({ name }) => name).sort();
}

/**
 * The record of a stack's last run; undefined where the stack has none.
 *
 * @throws StackError when there is no such stack, or its record is one of another version.
 */
export async function readRecord(run: Pulumi, stack: string): Promise<RunRecord | undefined> {
  const outputs = JSON.parse(await run(["stack", "output", "--json", "--stack", stack])) as {
    results?: RunRecord;
  };
  const { results } = outputs;
  // Kept from a reader of a later version, whatever the type says of this one.
  const version: unknown = results?.schemaVersion;
  if (results !== undefined && version !== SCHEMA_VERSION) {
    throw new StackError(
      `its record has schema version ${JSON.stringify(version)}, and this program reads ${SCHEMA_VERSION}; ` +
        "bring the stack up with this version: pulumi up",
    );
  }
  return results;
}
