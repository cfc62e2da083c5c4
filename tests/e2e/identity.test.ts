import { identityTests } from "./support/identity";

describe("A cluster with a client", () => identityTests(1));
