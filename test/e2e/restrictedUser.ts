import { join } from "node:path";
import { projectDir } from "../../lab/base/paths.ts";
import { kubectl } from "./support.ts";

/** The role that the README tells administrators to apply. */
const ROLE = join(projectDir, "docs/rbac.yaml");
const NAME = "e2e-restricted";

/** Somebody who may do nothing in the lab's cluster but what `docs/rbac.yaml` grants. */
export class RestrictedUser {
  /** The user's context in the lab's kubeconfig. */
  static readonly context = NAME;

  static async create(): Promise<RestrictedUser> {
    await kubectl("create", "serviceaccount", NAME, "--namespace=default");
    const token = await kubectl("create", "token", NAME, "--namespace=default");
    const cluster = await kubectl(
      "config",
      "view",
      "--minify",
      "--output=jsonpath={.clusters[0].name}",
    );
    await kubectl("config", "set-credentials", NAME, `--token=${token.trim()}`);
    await kubectl("config", "set-context", NAME, `--cluster=${cluster}`, `--user=${NAME}`);
    return new RestrictedUser();
  }

  /** What an administrator does, as the role file says. */
  async grant(): Promise<void> {
    await kubectl("apply", "--filename", ROLE);
    await kubectl(
      ...["create", "clusterrolebinding", NAME, "--clusterrole=istio-idle-timeout"],
      `--serviceaccount=default:${NAME}`,
    );
  }

  async remove(): Promise<void> {
    await kubectl("config", "delete-context", NAME);
    await kubectl("config", "delete-user", NAME);
    await kubectl("delete", "clusterrolebinding", NAME, "--ignore-not-found");
    await kubectl("delete", "--filename", ROLE, "--ignore-not-found");
    await kubectl("delete", "serviceaccount", NAME, "--namespace=default");
  }
}
