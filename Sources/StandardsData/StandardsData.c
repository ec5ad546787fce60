// Puts the tables of data/ into the program. A C file, because #embed costs neither compile time nor a resource bundle
// that would have to travel with the binary.
#include "StandardsData.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char air_assessment[] = {
#embed "data/air_assessment.csv"
};
static const unsigned char air_validity[] = {
#embed "data/air_validity.csv"
};
static const unsigned char civil_zones[] = {
#embed "data/civil_zones.csv"
};
static const unsigned char codes[] = {
#embed "data/codes.csv"
};
static const unsigned char gb3095[] = {
#embed "data/gb3095.csv"
};
static const unsigned char gb3838[] = {
#embed "data/gb3838.csv"
};
static const unsigned char iaqi[] = {
#embed "data/iaqi.csv"
};
static const unsigned char sources[] = {
#embed "data/sources.csv"
};
static const unsigned char spearman_wp[] = {
#embed "data/spearman_wp.csv"
};

static const struct tributary_table tables[] = {
    {"air_assessment", air_assessment, sizeof air_assessment},
    {"air_validity", air_validity, sizeof air_validity},
    {"civil_zones", civil_zones, sizeof civil_zones},
    {"codes", codes, sizeof codes},       {"gb3095", gb3095, sizeof gb3095},
    {"gb3838", gb3838, sizeof gb3838},    {"iaqi", iaqi, sizeof iaqi},
    {"sources", sources, sizeof sources}, {"spearman_wp", spearman_wp, sizeof spearman_wp},
};

size_t tributary_table_count(void) { return sizeof tables / sizeof tables[0]; }
struct tributary_table tributary_table_at(size_t index) { return tables[index]; }
