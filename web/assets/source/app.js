// Every page: the GOV.UK components that need a script. Without it every page still works.

import { initAll } from "govuk-frontend";

import { keepFresh } from "./fresh.js";

initAll();
keepFresh();
