// Goal: pages show units as people write them. Method: the units of the catalogue and what is like them.

import Testing
import Web

@Test(arguments: [
    ("ug/m3", "µg/m³"), ("uS/cm", "µS/cm"), ("mg/L", "mg/L"), ("m3/s", "m³/s"), ("Cel", "°C"), ("[pH]", ""),
    ("NTU", "NTU"), ("", ""), ("mg/m3", "mg/m³"), ("ugly", "ugly"),
])
func `A unit has its sign`(unit: String, shown: String) {
    #expect(shownUnit(unit) == shown)
}
