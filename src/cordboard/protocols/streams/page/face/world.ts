// What all visible parts share with our own pages: looks, words, the sign-in form.

export { appear } from "../../../../web/page/parts/appearance";
export { look } from "../../../../web/page/parts/look";
export { SignIn } from "../../../../web/page/parts/sign-in";
export { TEXTS } from "../../../../web/page/parts/texts";
