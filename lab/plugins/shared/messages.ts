import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { formatPath } from "./diff.ts";
import type { CheckFailure, Diff } from "./provider.ts";

/** Returns `command:local:Command` of `urn:pulumi:stack::project::parent$command:local:Command::name`. */
export function typeTokenOf(urn: string): string {
  const qualified = urn.split("::")[2] ?? "";
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}

/** Returns the logical name at the end of a URN, which may itself contain `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function checkFailures(found: CheckFailure[]): proto.CheckFailure[] {
  return found.map(({ property, reason }) =>
    new proto.CheckFailure().setProperty(property).setReason(reason),
  );
}

const { Kind } = proto.PropertyDiff;
const DIFF_KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

export function diffResponse({ changes, deleteBeforeReplace }: Diff): proto.DiffResponse {
  const { DiffChanges } = proto.DiffResponse;
  const response = new proto.DiffResponse()
    .setChanges(changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, kind, replace } of changes) {
    const formatted = formatPath(path);
    const detail = new proto.PropertyDiff()
      .setKind(DIFF_KINDS[kind][replace ? 1 : 0])
      .setInputdiff(true);
    response.getDetaileddiffMap().set(formatted, detail);
    response.addDiffs(String(path[0]));
    if (replace) {
      response.addReplaces(formatted);
    }
  }
  return response;
}
