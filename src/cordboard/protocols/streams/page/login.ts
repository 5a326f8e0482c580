// The page of the login window, where an embedding page names one of its own.

import { CcpAccount } from "./relay/account";
import { signInWindow } from "./relay/window";

void signInWindow(new CcpAccount(false, new URLSearchParams(location.search).get("agent") ?? ""));
