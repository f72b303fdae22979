module roundtrip

go 1.25.0
