/** The program that asks the cluster which proxy image the mesh gives to pods of a namespace. */
import { proxyImageRequest } from "../model/requests.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import { runProgram } from "./cluster/program.ts";
import { systemClock } from "./cluster/world.ts";
import { findProxyImage } from "./sidecar/findProxyImage.ts";

runProgram({
  name: "proxyImage",
  about: "Prints the name of the proxy image that the mesh gives to pods of a namespace.",
  request: proxyImageRequest,
  answer: ({ namespace, context }, { report, signal }) => {
    const kubectl = kubectlFor({ namespace, context, signal });
    return findProxyImage({ kubectl, clock: systemClock(signal), report }, namespace);
  },
});
