#include "StandardsData.h"
const int tributary_standards_placeholder = 1;
