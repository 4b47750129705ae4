import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPlugins } from "../../../lab/plugins/build.ts";
import type { PropertyMap } from "../../../lab/plugins/shared/value.ts";
import { decode, encode } from "../../../lab/plugins/shared/wire.ts";

/** Built once for all specs, outside of the checkout, as an installation has them. */
const folder = mkdtempSync(join(tmpdir(), "plugins-"));
process.once("exit", () => {
  rmSync(folder, { recursive: true, force: true });
});
export const builtPlugins = buildPlugins(folder);

export interface LogLine {
  message: string;
  urn: string;
  ephemeral: boolean;
}

/** What a failed call says to the engine. */
export class CallError extends Error {
  constructor(
    message: string,
    /** Present if the object exists all the same. */
    readonly partial?: { id: string; properties: PropertyMap; reasons: string[] },
  ) {
    super(message);
  }
}

export interface Diff {
  changes: "none" | "some";
  /** Property path to kind: `add`, `add-replace`, `delete`, ... */
  details: Record<string, string>;
  deleteBeforeReplace: boolean;
}

type Answer<Response> = (error: ServiceError | null, response: Response) => void;

/** A built plugin in its own process, spoken to as the engine does. */
export class Plugin {
  readonly logged: LogLine[] = [];
  readonly #name: string;
  #process!: ChildProcess;
  #client!: ResourceProviderClient;
  readonly #engine = new Server();

  private constructor(name: string) {
    this.#name = name;
  }

  static async start(name: string, env: NodeJS.ProcessEnv = {}): Promise<Plugin> {
    const plugin = new Plugin(name);
    await plugin.#start(env);
    return plugin;
  }

  async #start(env: NodeJS.ProcessEnv): Promise<void> {
    this.#engine.addService(EngineService, {
      log: (call: { request: LogRequest }, callback: (error: null, empty: Empty) => void) => {
        this.logged.push({
          message: call.request.getMessage(),
          urn: call.request.getUrn(),
          ephemeral: call.request.getEphemeral(),
        });
        callback(null, new Empty());
      },
    });
    const enginePort = await new Promise<number>((resolve, reject) => {
      this.#engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error) {
          reject(error);
        } else {
          resolve(port);
        }
      });
    });
    const folder = (await builtPlugins).find(({ name }) => name === this.#name)?.folder ?? "";
    this.#process = spawn(
      join(folder, `pulumi-resource-${this.#name}`),
      [`127.0.0.1:${enginePort}`],
      { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const [port] = (await once(this.#process.stdout!, "data")) as [Buffer];
    this.#client = new ResourceProviderClient(
      `127.0.0.1:${port.toString().trim()}`,
      credentials.createInsecure(),
    );
  }

  /** Asks the process to end and waits until it has. */
  async stop(): Promise<void> {
    this.#client.close();
    this.#process.kill();
    if (this.#process.exitCode === null) {
      await once(this.#process, "exit");
    }
    this.#engine.forceShutdown();
  }

  /** Lets the engine vanish, and waits until the plugin has noticed and ended. */
  async loseEngine(): Promise<void> {
    this.#engine.forceShutdown();
    await once(this.#process, "exit");
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:stack::project::${type}::${name}`;
  }

  async version(): Promise<string> {
    return (
      await this.#call<PluginInfo>((done) => this.#client.getPluginInfo(new Empty(), done))
    ).getVersion();
  }

  async checkConfig(config: PropertyMap): Promise<Record<string, string>> {
    const request = new proto.CheckRequest().setNews(encode(config));
    const response = await this.#call<proto.CheckResponse>((done) =>
      this.#client.checkConfig(request, done),
    );
    return reasons(response);
  }

  async diffConfig(olds: PropertyMap, news: PropertyMap): Promise<Diff> {
    const request = new proto.DiffRequest().setOldInputs(encode(olds)).setNews(encode(news));
    return diffOf(
      await this.#call<proto.DiffResponse>((done) => this.#client.diffConfig(request, done)),
    );
  }

  async configure(config: Record<string, string>): Promise<void> {
    const request = new proto.ConfigureRequest().setAcceptsecrets(true);
    for (const [key, value] of Object.entries(config)) {
      request.getVariablesMap().set(`${this.#name}:config:${key}`, value);
    }
    await this.#call<proto.ConfigureResponse>((done) => this.#client.configure(request, done));
  }

  async check(
    urn: string,
    news: PropertyMap,
    olds: PropertyMap = {},
  ): Promise<{ inputs: PropertyMap; failures: Record<string, string> }> {
    const request = new proto.CheckRequest()
      .setUrn(urn)
      .setNews(encode(news))
      .setOlds(encode(olds))
      .setRandomseed(new Uint8Array([1, 2, 3]));
    const response = await this.#call<proto.CheckResponse>((done) =>
      this.#client.check(request, done),
    );
    return { inputs: decode(response.getInputs()), failures: reasons(response) };
  }

  async diff(
    urn: string,
    oldInputs: PropertyMap,
    newInputs: PropertyMap,
    oldOutputs: PropertyMap = oldInputs,
  ): Promise<Diff> {
    const request = new proto.DiffRequest()
      .setUrn(urn)
      .setId("id")
      .setOldInputs(encode(oldInputs))
      .setOlds(encode(oldOutputs))
      .setNews(encode(newInputs));
    return diffOf(await this.#call<proto.DiffResponse>((done) => this.#client.diff(request, done)));
  }

  async create(
    urn: string,
    inputs: PropertyMap,
    { preview = false, timeoutSeconds = 0 } = {},
  ): Promise<{ id: string; outputs: PropertyMap }> {
    const request = new proto.CreateRequest()
      .setUrn(urn)
      .setProperties(encode(inputs))
      .setPreview(preview)
      .setTimeout(timeoutSeconds);
    const response = await this.#call<proto.CreateResponse>((done) =>
      this.#client.create(request, done),
    );
    return { id: response.getId(), outputs: decode(response.getProperties()) };
  }

  async read(
    urn: string,
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const request = new proto.ReadRequest()
      .setUrn(urn)
      .setId(id)
      .setInputs(encode(inputs))
      .setProperties(encode(outputs));
    const response = await this.#call<proto.ReadResponse>((done) =>
      this.#client.read(request, done),
    );
    return {
      id: response.getId(),
      inputs: decode(response.getInputs()),
      outputs: decode(response.getProperties()),
    };
  }

  async update(
    urn: string,
    id: string,
    oldInputs: PropertyMap,
    oldOutputs: PropertyMap,
    newInputs: PropertyMap,
    { preview = false, timeoutSeconds = 0 } = {},
  ): Promise<PropertyMap> {
    const request = new proto.UpdateRequest()
      .setUrn(urn)
      .setId(id)
      .setOldInputs(encode(oldInputs))
      .setOlds(encode(oldOutputs))
      .setNews(encode(newInputs))
      .setPreview(preview)
      .setTimeout(timeoutSeconds);
    return decode(
      (
        await this.#call<proto.UpdateResponse>((done) => this.#client.update(request, done))
      ).getProperties(),
    );
  }

  async delete(
    urn: string,
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
    timeoutSeconds = 0,
  ): Promise<void> {
    const request = new proto.DeleteRequest()
      .setUrn(urn)
      .setId(id)
      .setOldInputs(encode(inputs))
      .setProperties(encode(outputs))
      .setTimeout(timeoutSeconds);
    await this.#call<Empty>((done) => this.#client.delete(request, done));
  }

  async invoke(token: string, args: PropertyMap): Promise<PropertyMap> {
    const request = new proto.InvokeRequest().setTok(token).setArgs(encode(args));
    const response = await this.#call<proto.InvokeResponse>((done) =>
      this.#client.invoke(request, done),
    );
    const [failure] = response.getFailuresList();
    if (failure) {
      throw new Error(`${failure.getProperty()}: ${failure.getReason()}`);
    }
    return decode(response.getReturn());
  }

  async cancel(): Promise<void> {
    await this.#call<Empty>((done) => this.#client.cancel(new Empty(), done));
  }

  #call<Response>(send: (done: Answer<Response>) => unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      send((error, response) => {
        if (error) {
          reject(callError(error));
        } else {
          resolve(response);
        }
      });
    });
  }
}

function callError(error: ServiceError): CallError {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) {
    return new CallError(error.details);
  }
  const [detail] = Status.deserializeBinary(bytes).getDetailsList();
  const failed = proto.ErrorResourceInitFailed.deserializeBinary(detail!.getValue_asU8());
  return new CallError(error.details, {
    id: failed.getId(),
    properties: decode(failed.getProperties()),
    reasons: failed.getReasonsList(),
  });
}

function reasons(response: proto.CheckResponse): Record<string, string> {
  return Object.fromEntries(
    response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
  );
}

const KINDS = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];

function diffOf(response: proto.DiffResponse): Diff {
  return {
    changes: response.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME ? "some" : "none",
    details: Object.fromEntries(
      [...response.getDetaileddiffMap().entries()].map(([path, detail]) => [
        path,
        KINDS[detail.getKind()] ?? "",
      ]),
    ),
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
}
