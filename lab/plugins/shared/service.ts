import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changes } from "./diff.ts";
import { checkFailures, diffResponse, nameOf, typeTokenOf } from "./messages.ts";
import type { Operations } from "./operations.ts";
import type { Provider, ResourceType } from "./provider.ts";
import { statusOf } from "./status.ts";
import { decode, encode } from "./wire.ts";

/** Implements the gRPC methods that the engine calls by a {@link Provider}. */
export function providerService(
  provider: Provider,
  version: string,
  operations: Operations,
): UntypedServiceImplementation {
  const typeOf = (urn: string): ResourceType => {
    const token = typeTokenOf(urn);
    const type = provider.resourceType(token);
    if (!type) {
      throw new Error(`the lab's ${provider.name} plugin doesn't offer ${token}`);
    }
    return type;
  };
  /** Sends an answer only once the engine has all lines that were logged before it. */
  const answer =
    <Request, Response>(
      handler: (request: Request) => Promise<Response> | Response,
    ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      void (async () => handler(call.request))().then(
        async (response) => {
          await operations.flushed();
          callback(null, response);
        },
        async (error: unknown) => {
          await operations.flushed();
          callback(statusOf(error), null);
        },
      );
    };

  return {
    getPluginInfo: answer(() => new PluginInfo().setVersion(version)),

    getSchema: answer(() =>
      new proto.GetSchemaResponse().setSchema(JSON.stringify({ name: provider.name, version })),
    ),

    checkConfig: answer((request: proto.CheckRequest) =>
      new proto.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList(checkFailures(provider.checkConfig(decode(request.getNews())))),
    ),

    diffConfig: answer(async (request: proto.DiffRequest) => {
      const olds = decode(request.getOldInputs() ?? request.getOlds());
      const news = decode(request.getNews());
      const replaced = (await provider.diffConfig?.(olds, news)) ?? [];
      return diffResponse({
        changes: changes(olds, news).map((change) => ({
          ...change,
          replace: replaced.includes(String(change.path[0])),
        })),
        deleteBeforeReplace: false,
      });
    }),

    configure: answer(async (request: proto.ConfigureRequest) => {
      const prefix = `${provider.name}:config:`;
      const variables = request.getVariablesMap().toArray();
      await provider.configure(
        Object.fromEntries(variables.map(([key, value]) => [key.replace(prefix, ""), value])),
      );
      return new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),

    check: answer(async (request: proto.CheckRequest) => {
      const checked = await typeOf(request.getUrn()).check({ news: decode(request.getNews()) });
      return new proto.CheckResponse()
        .setInputs(encode(checked.inputs))
        .setFailuresList(checkFailures(checked.failures));
    }),

    diff: answer(async (request: proto.DiffRequest) =>
      diffResponse(
        await typeOf(request.getUrn()).diff({
          id: request.getId(),
          oldInputs: decode(request.getOldInputs()),
          oldOutputs: decode(request.getOlds()),
          newInputs: decode(request.getNews()),
        }),
      ),
    ),

    create: answer(async (request: proto.CreateRequest) => {
      const urn = request.getUrn();
      const operation = operations.start(urn, request.getTimeout(), request.getPreview());
      const created = await typeOf(urn).create(
        { urn, name: nameOf(urn), inputs: decode(request.getProperties()) },
        operation,
      );
      return new proto.CreateResponse().setId(created.id).setProperties(encode(created.outputs));
    }),

    read: answer(async (request: proto.ReadRequest) => {
      const urn = request.getUrn();
      const state = await typeOf(urn).read(
        {
          urn,
          id: request.getId(),
          oldInputs: decode(request.getInputs()),
          oldOutputs: decode(request.getProperties()),
        },
        operations.start(urn, request.getTimeout(), false),
      );
      const response = new proto.ReadResponse();
      if (!state) {
        return response;
      }
      return response
        .setId(state.id)
        .setInputs(encode(state.inputs))
        .setProperties(encode(state.outputs));
    }),

    update: answer(async (request: proto.UpdateRequest) => {
      const urn = request.getUrn();
      const outputs = await typeOf(urn).update(
        {
          urn,
          id: request.getId(),
          oldInputs: decode(request.getOldInputs()),
          oldOutputs: decode(request.getOlds()),
          newInputs: decode(request.getNews()),
        },
        operations.start(urn, request.getTimeout(), request.getPreview()),
      );
      return new proto.UpdateResponse().setProperties(encode(outputs));
    }),

    delete: answer(async (request: proto.DeleteRequest) => {
      const urn = request.getUrn();
      await typeOf(urn).delete(
        {
          urn,
          id: request.getId(),
          oldInputs: decode(request.getOldInputs()),
          oldOutputs: decode(request.getProperties()),
        },
        operations.start(urn, request.getTimeout(), false),
      );
      return new Empty();
    }),

    invoke: answer(async (request: proto.InvokeRequest) => {
      const token = request.getTok();
      const called = provider.functionOf?.(token);
      if (!called) {
        throw new Error(`the lab's ${provider.name} plugin doesn't offer ${token}`);
      }
      const args = decode(request.getArgs());
      const failures = called.check(args);
      const response = new proto.InvokeResponse().setFailuresList(checkFailures(failures));
      if (failures.length > 0) {
        return response;
      }
      const operation = operations.start("", 0, request.getPreview());
      return response.setReturn(encode(await called.call(args, operation)));
    }),

    cancel: answer(() => {
      operations.cancel();
      return new Empty();
    }),
  };
}
