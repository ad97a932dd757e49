using System.IO;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>Lays the project's packed server among the streaming assets of a game that was built for a desktop.</summary>
    internal sealed class NpcEngineBuild : IPostprocessBuildWithReport
    {
        public int callbackOrder
        {
            get { return 0; }
        }

        public void OnPostprocessBuild(BuildReport report)
        {
            string system = SystemOf(report.summary.platform);
            string pack = Path.Combine(Path.GetDirectoryName(Application.dataPath), ServerPack.Folder);
            if (system == null || !Directory.Exists(pack))
            {
                return; // a game whose server is elsewhere
            }
            try
            {
                string target = ServerPack.Ship(pack, report.summary.outputPath, system);
                Debug.Log("NPC engine: the packed server lies in " + target, null);
            }
            catch (ProtocolException fault)
            {
                throw new BuildFailedException("NPC engine: " + fault.Message + " " + fault.Fix);
            }
        }

        private static string SystemOf(BuildTarget target)
        {
            switch (target)
            {
                case BuildTarget.StandaloneWindows64: return "windows";
                case BuildTarget.StandaloneLinux64: return "linux";
                case BuildTarget.StandaloneOSX: return "macos";
                default: return null;
            }
        }
    }
}
