import { Metadata, status as grpcStatus, type StatusObject } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { InitializationFailed, messageOf } from "./errors.ts";
import { encode } from "./wire.ts";

/** Makes the gRPC status that tells the engine of a failure, with the detail that it looks for. */
export function statusOf(error: unknown): Partial<StatusObject> {
  const message = messageOf(error);
  const metadata = new Metadata();
  if (error instanceof InitializationFailed) {
    const detail = new ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(encode(error.properties))
      .setReasonsList(error.reasons);
    if (error.inputs) {
      detail.setInputs(encode(error.inputs));
    }
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status()
      .setCode(grpcStatus.UNKNOWN)
      .setMessage(message)
      .setDetailsList([any]);
    metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpcStatus.UNKNOWN, details: message, metadata };
}
