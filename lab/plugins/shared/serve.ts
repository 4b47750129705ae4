import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Engine } from "./engine.ts";
import { Operations } from "./operations.ts";
import type { Provider } from "./provider.ts";
import { providerService } from "./service.ts";

/** Set by the build to the version of the official plugin this one stands in for. */
declare const PLUGIN_VERSION: string;

/** Large enough for any state the engine can hold itself (it allows 400 MB). */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Time that operations get to stop by themselves after a signal, in ms. */
const STOP_GRACE_MS = 2_000;

/**
 * Runs a plugin: serves the provider on a free loopback port and prints that port, by which the engine finds it.
 * The engine's own address is the last argument.
 */
export function serve(provider: Provider): void {
  const address = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
  const engine = address === undefined ? undefined : new Engine(address);
  const operations = new Operations(engine);
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, providerService(provider, PLUGIN_VERSION, operations));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      throw error;
    }
    process.stdout.write(`${port}\n`);
  });

  // Shells and requests that operations started must not outlive the plugin.
  const stop = (): void => {
    operations.cancel();
    setTimeout(() => process.exit(1), STOP_GRACE_MS).unref();
    server.tryShutdown(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  void engine?.lost().then(stop);
}
