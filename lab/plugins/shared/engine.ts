import { connectivityState, credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

const SEVERITIES = { info: LogSeverity.INFO, warning: LogSeverity.WARNING } as const;

/** Time that an engine gets to answer again, in ms. */
const RECONNECT_MS = 2_000;

export interface LogLine {
  message: string;
  severity: keyof typeof SEVERITIES;
  urn: string;
  /** Shown while the operation lasts, then dropped. */
  ephemeral: boolean;
}

/** Client of the engine that started this plugin. */
export class Engine {
  readonly #client: EngineClient;
  /** Lines are sent one after the other, so that they are shown in order. */
  #sent: Promise<void> = Promise.resolve();

  constructor(address: string) {
    this.#client = new EngineClient(address, credentials.createInsecure());
  }

  log(line: LogLine): void {
    const request = new LogRequest()
      .setMessage(line.message)
      .setSeverity(SEVERITIES[line.severity])
      .setUrn(line.urn)
      .setEphemeral(line.ephemeral);
    this.#sent = this.#sent.then(
      () =>
        new Promise((resolve) => {
          // A line that can't be shown is no reason to fail the operation it belongs to.
          this.#client.log(request, new Metadata(), { deadline: Date.now() + 5_000 }, () => {
            resolve();
          });
        }),
    );
  }

  /** Resolves when the engine has all lines that were logged so far. */
  flushed(): Promise<void> {
    return this.#sent;
  }

  /**
   * Resolves when the engine is gone. An engine that was killed asks no plugin to stop, but their operations must
   * not go on without it.
   */
  async lost(): Promise<void> {
    const channel = this.#client.getChannel();
    for (;;) {
      const connected = await new Promise<boolean>((resolve) => {
        this.#client.waitForReady(Date.now() + RECONNECT_MS, (error) => {
          resolve(!error);
        });
      });
      if (!connected) {
        return;
      }
      await new Promise<void>((resolve) => {
        channel.watchConnectivityState(connectivityState.READY, Infinity, () => {
          resolve();
        });
      });
    }
  }
}
