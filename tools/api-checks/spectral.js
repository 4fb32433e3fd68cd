// All rules of both rule sets, but for those that are off or narrowed below, each with its reason.
import { oas } from "@stoplight/spectral-rulesets";
import owaspRules from "@stoplight/spectral-owasp-ruleset";

// Of parameters and of bodies, wherever in them.
const inRequests = (type) => [
  `$.paths[*][*].parameters[*].schema[?(@property === "type" && @ === "${type}")]^`,
  `$.paths[*][*].requestBody.content[*].schema..[?(@ && @.type === "${type}")]`,
];
const owasp = owaspRules.default ?? owaspRules;
const forRequests = (rule, type) => ({...owasp.rules[rule], given: inRequests(type)});

export default {
  extends: [
    [oas, "all"],
    [owasp, "all"],
  ],
  rules: {
    // A summary that says all needs no description that repeats it.
    "operation-description": "off",
    // Fails with an exception where a member of a schema is called "in", as in Problem's errors.
    "owasp:api2:2023-no-credentials-in-url": "off",
    // A refused event has the number of its place in the outbox; only admins see it.
    "owasp:api1:2023-no-numeric-ids": "off",
    // Catalogue and registration are open to everyone, and a deployment decides whether /events asks for the broker's token.
    // That each operation says who may call it is a rule of Redocly's: security-defined.
    "owasp:api2:2023-read-restricted": "off",
    "owasp:api2:2023-write-restricted": "off",
    "owasp:api8:2023-define-error-responses-401": "off",
    // No service counts requests; that is for the gateway in front of them.
    "owasp:api4:2023-rate-limit": "off",
    "owasp:api4:2023-rate-limit-responses-429": "off",
    // No page of another origin may call the services, so none of them names an origin.
    "owasp:api8:2023-define-cors-origin": "off",
    // Limits are for what comes in. Those of answers would have to be kept for ever, and protect nobody.
    "owasp:api4:2023-array-limit": forRequests("owasp:api4:2023-array-limit", "array"),
    "owasp:api4:2023-integer-limit": forRequests("owasp:api4:2023-integer-limit", "integer"),
    "owasp:api4:2023-string-limit": forRequests("owasp:api4:2023-string-limit", "string"),
    // Names and keys are free text.
    "owasp:api4:2023-string-restricted": "off",
  },
};
