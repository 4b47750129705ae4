import { serve } from "../shared/serve.ts";
import { kubernetesProvider } from "./kubernetes.ts";

serve(kubernetesProvider());
