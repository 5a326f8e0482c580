// The page of the login window: the one that an embedding page names, or that our own face opens.

import { signInWindow } from "./face/window";
import { appear } from "./face/world";
import { CcpAccount } from "./relay/account";

const asked = new URLSearchParams(location.search);
appear(asked);
void signInWindow(new CcpAccount(false, asked.get("agent") ?? ""));
