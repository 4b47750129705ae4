import { messageOf } from "../shared/errors.ts";
import { ApiError, Unreachable } from "./api.ts";
import { NoSuchKind } from "./discovery.ts";
import { undefinedIfGone } from "./objects.ts";

/** Takes an object for gone, also if its kind itself is gone with its definition. @throws any other error */
export function undefinedIfNeverThere(error: unknown): undefined {
  if (!(error instanceof NoSuchKind)) {
    undefinedIfGone(error);
  }
}

/** Tells whether a create failed because the namespace or the kind isn't there yet. */
export function isYetToCome(error: unknown): boolean {
  return error instanceof NoSuchKind || (error instanceof ApiError && error.code === 404);
}

/** Tells whether the server can't preview: the object or its namespace isn't there yet, or a webhook objects. */
export function isNotPreviewable(error: unknown): boolean {
  if (error instanceof NoSuchKind) {
    return true;
  }
  if (!(error instanceof ApiError)) {
    return false;
  }
  return (
    error.code === 403 ||
    error.reason === "AlreadyExists" ||
    (error.code === 404 && error.about === "namespaces") ||
    error.message.includes("does not support dry run")
  );
}

const ALREADY_EXISTS_HELP = `

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: delete it, or give this one another name.
  - Adopting a resource into Pulumi: use \`pulumi import\`.`;

export function createFailure(urn: string, error: unknown): Error {
  if (error instanceof Unreachable) {
    return error;
  }
  if (error instanceof NoSuchKind) {
    return new Error(
      `creation of resource "${urn}" failed because the Kubernetes API server reported that the ` +
        "apiVersion for this resource does not exist. Verify that any required CRDs have been " +
        `created: ${error.message}`,
    );
  }
  const help =
    error instanceof ApiError && error.reason === "AlreadyExists" ? ALREADY_EXISTS_HELP : "";
  return new Error(
    `resource "${urn}" was not successfully created by the Kubernetes API server: ` +
      `${messageOf(error)}${help}`,
    { cause: error },
  );
}

export function applyFailure(error: unknown, fieldManager: string): string {
  if (!(error instanceof ApiError && error.reason === "Conflict")) {
    return messageOf(error);
  }
  return (
    "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/" +
    "kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
    "#handle-field-conflicts-on-existing-resources for troubleshooting help\n" +
    `The resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`
  );
}
