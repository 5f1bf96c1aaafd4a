import { element } from "./dom.js";

document.body.append(element("main"));
