import type { Measurement, RunRecord } from "../../model/record.ts";
import { compareRun, deviation } from "../../report/comparison.ts";
import { renderTable } from "../../report/table.ts";
import { LabError } from "../base/errors.ts";
import { exec } from "../base/exec.ts";
import { down, environment, up } from "../commands/lab.ts";
import { LabStack } from "./stack.ts";

/** One figure of the project, beside its target. */
interface Figure {
  what: string;
  target: string;
  measured: string;
}

/** Stacks that are measured at the same time; the longest takes 240 s. */
const VARIANTS: readonly string[] = ["10s", "30s", "default", "24h-x360", "remove"];

const MANY = 1_000;
/** Idle timeout that lets all connections be opened before the first is closed, in s. */
const MANY_TIMEOUT_S = 20;

/**
 * Measures the figures that the project promises and prints them beside their targets. They tell how fast the
 * machine is, not whether the project is right: nothing fails for being slow.
 */
export async function bench(lab: string): Promise<void> {
  const figures: Figure[] = [];
  const add = (what: string, target: string, measured: string): void => {
    figures.push({ what, target, measured });
    console.error(`${what}: ${measured}`);
  };

  // Otherwise the first figure would include building.
  await up(lab);
  await down(lab);
  add("lab, warm start", "45 s", inSeconds(await timed(() => up(lab))));

  const first = await LabStack.prepare(lab, "bench", "10s");
  const upMs = await timed(() => bringUp(first));
  add("new stack, up beyond the timeout itself", "15 s", inSeconds(upMs - 10_000));

  await first.configure({ timeout: "12s", connections: "100" });
  await bringUp(first);
  const apartMs = apart(await recordOf(first));
  const near = apartMs.filter((ms) => ms <= 20).length;
  add(
    "probe's duration within 20 ms of the proxy's own",
    "99 of 100",
    `${near} of ${apartMs.length}`,
  );

  const prepared = await Promise.all(VARIANTS.map((stack) => LabStack.prepare(lab, stack)));
  const variantsMs = await timed(() => Promise.all(prepared.map(bringUp)));
  const longestMs = Math.max(
    ...(await Promise.all(prepared.map(recordOf))).map(({ observeMs }) => observeMs),
  );
  add(
    "five variants in parallel, beyond the longest observation",
    "30 s",
    inSeconds(variantsMs - longestMs),
  );

  await first.configure({ timeout: `${MANY_TIMEOUT_S}s`, connections: String(MANY) });
  await bringUp(first);
  const many = await recordOf(first);
  const closed = apart(many);
  const off = deviation(compareRun("bench", many), 500);
  if (off !== undefined) {
    console.error(`bench: ${off}`);
  }
  add(
    `${MANY} connections held by one probe`,
    "128 MiB, within 20 ms for 99 %",
    `${await peakMemory(lab, many)}, within ${Math.ceil(closed[Math.floor(closed.length * 0.99)] ?? NaN)} ms for 99 %`,
  );

  for (const stack of [first, ...prepared]) {
    await stack.remove();
  }
  add("lab, down", "3 s", inSeconds(await timed(() => down(lab))));
  console.log(
    `\n${renderTable(
      ["figure", "target", "measured"],
      figures.map(({ what, target, measured }) => [what, target, measured]),
    )}`,
  );
}

async function bringUp(stack: LabStack): Promise<void> {
  try {
    await stack.run(["up", "--yes", "--skip-preview", "--suppress-outputs"]);
  } catch (error) {
    throw new LabError(`Could not bring up stack ${stack.stack}: ${(error as Error).message}`);
  }
}

async function recordOf(stack: LabStack): Promise<RunRecord> {
  return (await stack.outputs()).results as RunRecord;
}

/** Lists the differences between the probe's durations and the proxy's, in ms, the least first. */
function apart({ samples }: RunRecord): number[] {
  const apartMs = ({ end, heldMs, proxy }: Measurement): number[] =>
    end === "open" || proxy === null ? [] : [Math.abs(heldMs - proxy.durationMs)];
  return samples.flatMap(apartMs).sort((a, b) => a - b);
}

/** Formats the peak memory of the probe's process in either pod, such as `97 MiB`. */
async function peakMemory(lab: string, { samples }: RunRecord): Promise<string> {
  const pods = [...new Set(samples.map(({ pod }) => pod))];
  const peaks = await Promise.all(
    pods.map(async (pod) => {
      const status = await exec(
        "kubectl",
        [
          ...["exec", "--namespace", "istio-idle-timeout-bench", pod, "--container", "probe", "--"],
          ...["cat", "/proc/1/status"],
        ],
        { env: environment(lab) },
      );
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    }),
  );
  return `${Math.ceil(Math.max(...peaks) / 1_024)} MiB`;
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await action();
  return performance.now() - beganMs;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
