package main

import "roundtrip/generated"

// Entity is the generated type.
type Entity = api.ModelEntity
