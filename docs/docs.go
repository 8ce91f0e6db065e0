// Package docs holds the documents that the program itself gives out.
package docs

import _ "embed"

// OpenAPI describes the API of the page's server (OpenAPI 3.1).
//
//go:embed openapi.json
var OpenAPI []byte

// EventSchema is the JSON Schema of events, to which OpenAPI refers.
//
//go:embed event.schema.json
var EventSchema []byte
