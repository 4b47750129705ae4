import type { Kubectl } from "../cluster/kubectl.ts";
import { askAdmin, postAdmin } from "../sidecar/admin.ts";
import { findLogLevel } from "../sidecar/debugLog.ts";

/** The one logger that writes `Session timed out`: that of the tcp_proxy and of listener filters. */
const LOGGER = "filter";
const RAISED = "debug";
/** Levels at which it writes it. */
const TELLING = [RAISED, "trace"];

/**
 * Holds, in the sidecar's own runtime, the level that the logger had: it lasts as long as the raised level does, and
 * whoever watches next finds it, from any machine.
 */
const MARK = "istio_idle_timeout.watch";

/** What became of the level. */
export interface Raised {
  /** What it was and will be again, such as `warning`. */
  before: string;
  /** Whether a watch had raised it and not restored it. */
  wasRaised: boolean;
  /** Whether the mark was there; a sidecar that was started again has none. */
  wasMarked: boolean;
}

/**
 * Raises the logger's level, and leaves a mark of what it was before.
 *
 * @throws KubectlError also where the sidecar does not tell the level.
 */
export async function raiseLevel(kubectl: Kubectl, pod: string): Promise<Raised> {
  const [mark, level] = [await readMark(kubectl, pod), await readLevel(kubectl, pod)];
  const before = mark ?? level;
  // In this order: killed in between, the next watch still knows what it was.
  if (mark === undefined) {
    await setMark(kubectl, pod, before);
  }
  if (!TELLING.includes(level)) {
    await setLevel(kubectl, pod, RAISED);
  }
  const wasMarked = mark !== undefined;
  return { before, wasRaised: wasMarked && TELLING.includes(level), wasMarked };
}

/**
 * Restores the level that the mark tells. Does nothing where there is none: another watch has restored it, or the
 * sidecar was started again.
 *
 * @returns whether it was still raised.
 * @throws KubectlError
 */
export async function restoreLevel(kubectl: Kubectl, pod: string): Promise<boolean> {
  const mark = await readMark(kubectl, pod);
  if (mark === undefined) {
    return false;
  }
  const level = await readLevel(kubectl, pod);
  await setLevel(kubectl, pod, mark);
  await setMark(kubectl, pod, "");
  return TELLING.includes(level);
}

/** Reads the mark; undefined where there is none. */
export async function readMark(kubectl: Kubectl, pod: string): Promise<string | undefined> {
  const { entries = {} } = (await askAdmin(kubectl, pod, "runtime")) as {
    entries?: Record<string, { final_value?: string }>;
  };
  const level = entries[MARK]?.final_value ?? "";
  return /^\w+$/.test(level) ? level : undefined;
}

async function setMark(kubectl: Kubectl, pod: string, level: string): Promise<void> {
  await postAdmin(kubectl, pod, `runtime_modify?${MARK}=${level}`);
}

async function readLevel(kubectl: Kubectl, pod: string): Promise<string> {
  return findLogLevel(await postAdmin(kubectl, pod, "logging"), LOGGER, pod);
}

async function setLevel(kubectl: Kubectl, pod: string, level: string): Promise<void> {
  await postAdmin(kubectl, pod, `logging?paths=${LOGGER}:${level}`);
}
