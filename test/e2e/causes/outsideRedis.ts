import assert from "node:assert/strict";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { REDIS_IMAGE } from "../../../lab/build/images.ts";
import { environment } from "../../../lab/commands/lab.ts";
import { nodeState } from "../../../lab/node/node.ts";
import { testLab } from "../support.ts";

/** A Redis in the lab's Docker, so outside the cluster, as its own commands make one. */
export class OutsideRedis {
  private constructor(
    private readonly id: string,
    readonly endpoint: string,
  ) {}

  /** @param args of redis-server */
  static async run(name: string, args: string[]): Promise<OutsideRedis> {
    await docker("POST", `/images/create?fromImage=${encodeURIComponent(REDIS_IMAGE)}`);
    const { Id: id } = (await docker("POST", `/containers/create?name=${name}`, {
      Image: REDIS_IMAGE,
      Cmd: ["redis-server", "--protected-mode", "no", ...args],
      ExposedPorts: { "6379/tcp": {} },
      HostConfig: { PortBindings: { "6379/tcp": [{}] } },
    })) as { Id: string };
    try {
      await docker("POST", `/containers/${id}/start`);
      const { NetworkSettings } = (await docker("GET", `/containers/${id}/json`)) as {
        NetworkSettings: { Ports: Record<string, { HostPort: string }[]> };
      };
      const [published] = NetworkSettings.Ports["6379/tcp"] ?? [];
      assert.ok(published);
      const endpoint = `${nodeState(testLab()).nodeAddress}:${published.HostPort}`;
      return new OutsideRedis(id, endpoint);
    } catch (error) {
      await docker("DELETE", `/containers/${id}?force=true`);
      throw error;
    }
  }

  /** By SIGKILL, with all that is in its container. */
  async kill(): Promise<void> {
    await docker("POST", `/containers/${this.id}/kill?signal=SIGKILL`);
  }

  async remove(): Promise<void> {
    await docker("DELETE", `/containers/${this.id}?force=true`);
  }
}

/** Asks the lab's docker daemon over its socket; the answer is JSON, or nothing. */
async function docker(method: string, path: string, body?: object): Promise<unknown> {
  const socketPath = (environment(testLab()).DOCKER_HOST ?? "").replace("unix://", "");
  const headers = { "content-type": "application/json" };
  const asked = request({ socketPath, path, method, headers });
  asked.end(body === undefined ? "" : JSON.stringify(body));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const answer = await text(response);
  assert.ok((response.statusCode ?? 500) < 400, `${method} ${path}: ${answer}`);
  // Progress comes as many objects; of those nothing is asked.
  return path.startsWith("/images/create") || answer === "" ? undefined : JSON.parse(answer);
}
